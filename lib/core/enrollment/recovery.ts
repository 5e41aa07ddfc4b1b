import { authenticatorId } from '../../crypto/codes.js';
import type { Authenticator, LoginTransaction } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';
import { RECOVERY } from './enrolled.js';

/**
 * The recovery code that comes with the first enrollment of a user who has none. It stays pending until an
 * authenticator is confirmed in the same login; those of other logins are left alone, so that nobody who has the
 * password can void the one that the owner wrote down.
 */
export function firstRecoveryCode(
  mfa: Mfa,
  transaction: LoginTransaction,
  own: readonly Authenticator[],
  now: number,
) {
  const issue = mfa.types.find((type) => type.issue)?.issue;
  const has = own.some(
    (it) => it.kind === RECOVERY && (it.status === 'active' || it.transactionId === transaction.id),
  );
  if (!issue || has) return undefined;
  const id = authenticatorId(mfa.random);
  const { credential, code } = issue(mfa, transaction.userId, id);
  const authenticator: Authenticator = {
    id,
    userId: transaction.userId,
    kind: RECOVERY,
    status: 'pending',
    credential,
    transactionId: transaction.id,
    createdAt: now,
    expiresAt: now + mfa.settings.lifetimes.enrollment,
  };
  return { authenticator, code };
}
