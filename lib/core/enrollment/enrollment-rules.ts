import { errors } from '../../errors.js';
import type { Authenticator, Loaded, LoginTransaction } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';
import { isEnrolled, RECOVERY } from './enrolled.js';

/** Active authenticators per user, the recovery code not counted (security.md D28). */
const MAX_ACTIVE = 10;

/** Active authenticator apps per user: one guess is compared with each, so each adds to its chance. */
const MAX_OTP = 2;

/** Pending enrollments per user, and as many recovery codes that wait with them (D27). */
const MAX_PENDING = 3;

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
export function withinLimits(
  mfa: Mfa,
  loaded: Loaded,
  own: readonly Authenticator[],
  kind: string,
): void {
  const enrolled = own.filter((it) => it.status === 'active' && it.kind !== RECOVERY);
  if (enrolled.length >= MAX_ACTIVE) throw errors.tooManyAuthenticators();
  const { usersPerAddress } = mfa.settings.sends;
  const sameKind = enrolled.filter((it) => it.kind === kind);
  if (kind === 'otp' && sameKind.length >= MAX_OTP) throw errors.tooManyAuthenticators();
  const { active, pending } = loaded.addressUse;
  if (active >= usersPerAddress) throw errors.addressInUse();
  if (pending >= usersPerAddress) throw errors.tooManySends(mfa.settings.lifetimes.enrollment);
}

/**
 * What makes room for a new enrollment: the one of the same kind that the same login started, and the oldest ones of
 * other logins when there are too many. One login does not displace the other's otherwise.
 */
export function displaced(
  own: readonly Authenticator[],
  { kind, transactionId }: Authenticator,
): readonly Authenticator[] {
  const pending = own.filter((it) => it.status === 'pending');
  const same = pending.filter((it) => it.kind === kind && it.transactionId === transactionId);
  const oldest = (of: (it: Authenticator) => boolean, room: number) => {
    const others = pending.filter((it) => of(it) && it.transactionId !== transactionId);
    const ours = pending.filter((it) => of(it) && !others.includes(it) && !same.includes(it));
    const ordered = others.toSorted((a, b) => a.createdAt - b.createdAt);
    return ordered.slice(0, Math.max(0, others.length + ours.length - room));
  };
  return [
    ...same,
    ...oldest((it) => it.kind !== RECOVERY, MAX_PENDING - 1),
    ...oldest((it) => it.kind === RECOVERY, MAX_PENDING - 1),
  ];
}
