import { errors } from '../errors.js';
import type { Authenticator, Loaded, LoginTransaction } from '../ports/index.js';
import { isEnrolled, RECOVERY } from './enrolled.js';
import type { Mfa } from './mfa.js';

/** Active authenticators per user, the recovery code not counted (security.md D28). */
const MAX_ACTIVE = 10;

/**
 * A password alone enrolls only the first authenticator; after that it takes someone who just passed one.
 * Asked again, in the same commit, when it is confirmed.
 */
export function mayEnroll(transaction: LoginTransaction, own: readonly Authenticator[]): void {
  if (!transaction.proven && isEnrolled(own)) throw errors.alreadyEnrolled();
}

/**
 * Whether the user may have one more, and the number or address one more user (D11, D28).
 *
 * @throws OAuthError 403, 429
 */
export function withinLimits(mfa: Mfa, loaded: Loaded, own: readonly Authenticator[]): void {
  const active = own.filter((it) => it.status === 'active' && it.kind !== RECOVERY);
  if (active.length >= MAX_ACTIVE) throw errors.tooManyAuthenticators();
  const { usersPerAddress } = mfa.settings.sends;
  if (loaded.addressUse.active >= usersPerAddress || loaded.addressUse.pending >= usersPerAddress) {
    throw errors.tooManySends(mfa.settings.lifetimes.enrollment);
  }
}
