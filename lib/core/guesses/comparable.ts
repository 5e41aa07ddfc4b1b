import type { Authenticator } from '../../ports/index.js';
import type { Step } from '../authenticator-type.js';
import { isDisabled, isEnrolled, mayProve } from '../enrollment/enrolled.js';
import type { Mfa } from '../mfa.js';

/** Authenticators of these kinds that may be compared in this step: active ones, or pending ones of this login. */
export function comparable(
  mfa: Mfa,
  step: Step,
  kinds: readonly string[],
): readonly Authenticator[] {
  const { transaction, account, authenticators } = step;
  const enrolled = isEnrolled(authenticators);
  return authenticators.filter((it) => {
    if (!kinds.includes(it.kind) || !mayProve(transaction, it)) return false;
    if (isDisabled(mfa, account, it)) return false;
    if (it.status === 'active') return !transaction.reusable;
    return it.transactionId === transaction.id && (transaction.proven || !enrolled);
  });
}
