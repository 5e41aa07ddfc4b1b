import { errors } from '../errors.js';
import type { VerifiedAccessToken } from '../tokens/tokens.js';
import { admitUser } from './admit.js';
import { commitWith } from './commit.js';
import { entriesOf, isEnrolled, RECOVERY } from './enrolled.js';
import type { Mfa } from './mfa.js';
import { alive, isFreshProof } from './transaction.js';

/**
 * Removes an authenticator, and with it everything that the wire shows of it: the sms and voice entries of one
 * phone go together. Takes someone who just passed a second factor (security.md R-054).
 *
 * @param wireId - `sms|dev_…`
 * @throws OAuthError 401, 404, or 400 for the recovery code
 */
export async function removeAuthenticator(
  mfa: Mfa,
  access: VerifiedAccessToken,
  wireId: string,
): Promise<void> {
  await admitUser(mfa, access.sub, errors.invalidBearer);
  const removed = await commitWith(mfa, async () => {
    const { account, authenticators } = await mfa.store.load({ userId: access.sub });
    const own = alive(authenticators, mfa.clock.now());
    if (isEnrolled(own) && !isFreshProof(mfa, access, { recovery: false })) {
      throw errors.invalidBearer();
    }
    const entry = entriesOf(mfa, own).find(({ id }) => id === wireId);
    if (!account || !entry) throw errors.unknownAuthenticator();
    if (entry.authenticator.kind === RECOVERY) throw errors.notRemovable();
    const { id } = entry.authenticator;
    const { [id]: _, ...failures } = account.failures;
    return {
      result: entry.authenticator,
      changes: { account: { ...account, failures }, remove: { authenticators: [id] } },
    };
  });
  const { userId, id, kind } = removed;
  const about = { userId, clientId: access.clientId, authenticatorId: id, kind };
  mfa.emit({ event: 'authenticator.removed', ...about });
}
