import { errors } from '../../errors.js';
import type { Account, Authenticator, RequestInfo } from '../../ports/index.js';
import type { VerifiedAccessToken } from '../../tokens/tokens.js';
import { admitUser } from '../admit.js';
import { commitWith } from '../commit.js';
import { isFromBefore } from '../cut-off.js';
import { accessTransactionId, alive, isFreshProof } from '../login/transaction.js';
import type { Mfa } from '../mfa.js';
import { cutCodesOff } from '../sends/delivery.js';
import { notify } from '../sends/notice.js';
import { entriesOf, isEnrolled, RECOVERY } from './enrolled.js';
import { mayDowngrade } from './last-authenticator.js';
import { goneEvents, removedEvent } from './removal-events.js';

/** Who removes what. */
export interface Removal {
  readonly access: VerifiedAccessToken;
  /** `sms|dev_…` */
  readonly wireId: string;
  readonly request: RequestInfo;
}

/**
 * Removes an authenticator, and with it everything that the wire shows of it: the sms and voice entries of one
 * phone go together. Takes someone who just passed a second factor (security.md R-054). The last one stays where a
 * login needs it.
 *
 * @throws OAuthError 401, 403, 404, or 400 for the recovery code
 */
export async function removeAuthenticator(mfa: Mfa, removal: Removal): Promise<void> {
  const { access, wireId, request } = removal;
  const user = await admitUser(mfa, access.sub, errors.invalidBearer);
  const { removed, own } = await commitWith(mfa, async () => {
    const { account, authenticators } = await mfa.store.load({ userId: access.sub });
    const own = alive(authenticators, mfa.clock.now());
    if (account && isFromBefore(account, access)) throw errors.invalidBearer();
    if (isEnrolled(own) && !isFreshProof(mfa, access, { recovery: false })) {
      throw errors.invalidBearer();
    }
    const entry = entriesOf(mfa, own).find(({ id }) => id === wireId);
    if (!account || !entry) throw errors.unknownAuthenticator();
    const { authenticator } = entry;
    if (authenticator.kind === RECOVERY) throw errors.notRemovable();
    const left = own.filter((it) => it.id !== authenticator.id);
    const { clientId } = access;
    if (authenticator.status === 'active') {
      await mayDowngrade(mfa, { user, account, own, left, clientId, request });
    }
    return {
      result: { removed: authenticator, own },
      ...removalOf({ account, left, access }, authenticator),
    };
  });
  if (removed.status === 'active') notify(mfa, { user, subject: 'authenticator.removed', own });
}

/** Pending enrollments go too, and codes on their way to other logins are dead. */
function removalOf(
  {
    account,
    left,
    access,
  }: {
    readonly account: Account;
    readonly left: readonly Authenticator[];
    readonly access: VerifiedAccessToken;
  },
  authenticator: Authenticator,
) {
  const { id, status } = authenticator;
  const { [id]: _, ...failures } = account.failures;
  const { clientId } = access;
  const pending = status === 'active' ? left.filter((it) => it.status === 'pending') : [];
  const kept = { ...account, failures };
  return {
    changes: {
      account: status === 'active' ? cutCodesOff(kept, accessTransactionId(access)) : kept,
      remove: { authenticators: [id, ...pending.map((it) => it.id)] },
    },
    events: [
      removedEvent(authenticator, { clientId }),
      ...goneEvents(pending, 'removal', { clientId }),
    ],
  };
}
