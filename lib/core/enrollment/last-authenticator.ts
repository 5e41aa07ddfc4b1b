import { errors } from '../../errors.js';
import type { Account, Authenticator, RequestInfo, User } from '../../ports/index.js';
import { provedBy } from '../login/demand.js';
import type { Mfa } from '../mfa.js';
import { clientOf } from '../session/session-client.js';
import { allowsKind, canProve } from './enrolled.js';

/** What a removal would leave behind. */
export interface Downgrade {
  readonly user: User;
  readonly account: Account;
  /** The user's authenticators before it, and after it. */
  readonly own: readonly Authenticator[];
  readonly left: readonly Authenticator[];
  readonly clientId: string;
  readonly request: RequestInfo;
}

/**
 * The last authenticator that some login of this user needs stays (security.md R-055). Where none needs one, the host
 * is asked. Part of the decision that removes it, so that of several removals at once one finds what the others left.
 *
 * @throws OAuthError 403 when it has to stay
 */
export async function mayDowngrade(mfa: Mfa, downgrade: Downgrade): Promise<void> {
  const { user, account, own, left, clientId, request } = downgrade;
  const loses = (kinds: readonly string[]) => {
    const fits = (it: Authenticator) =>
      allowsKind({ kinds }, it.kind) && canProve(mfa, account, it);
    return own.some(fits) && !left.some(fits);
  };
  const client = await clientOf(mfa, clientId);
  if (!client) throw errors.invalidBearer();
  const needed = await provedBy(mfa, user, { client, request });
  if (needed.some(loses)) throw errors.lastAuthenticator();
  if (!loses([])) return;
  if ((await mfa.onDowngrade(user, request)) === false) throw errors.lastAuthenticator();
}
