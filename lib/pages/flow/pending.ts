import type { Step } from '../../core/authenticator-type.js';
import { entriesOf, isUsable, mayProve, RECOVERY } from '../../core/enrollment/enrolled.js';
import { liveStep, readMfaToken } from '../../core/login/transaction.js';
import { SESSION_CLIENT } from '../../core/session/session-client.js';
import { errors } from '../../errors.js';
import type { PendingLogin } from '../../http/browser-state.js';
import type { Visit } from '../page.js';
import type { Way, WayEntry } from '../view.js';

/** A login of this session that waits for its second factor, as the store has it now. */
export interface Pending {
  readonly login: PendingLogin;
  readonly step: Step;
}

/**
 * Reads it anew at every request: whatever tabs, "back" and "another way" did meanwhile, the store decides
 * (security.md R-012).
 *
 * @throws OAuthError when it is over
 */
export async function readPending({ mfa, state }: Visit): Promise<Pending> {
  const { login } = state;
  if (!login) throw errors.expiredMfaToken();
  const { id } = await readMfaToken(mfa, login.token, { allowAccessToken: false });
  const step = liveStep(mfa, await mfa.store.load({ transactionId: id }), SESSION_CLIENT);
  return { login, step };
}

/** What this login may be confirmed with; the recovery code apart. */
export function waysLeft({ mfa }: Visit, { account, authenticators, transaction }: Step) {
  const usable = entriesOf(mfa, authenticators).filter(
    ({ authenticator }) =>
      isUsable(mfa, account, authenticator) && mayProve(transaction, authenticator),
  );
  const ways: WayEntry[] = usable
    .filter(({ authenticator }) => authenticator.kind !== RECOVERY)
    .map(({ id, channel, authenticator }) => ({
      id,
      way: (channel ?? 'otp') as Way,
      name: authenticator.name,
    }));
  return { ways, recovery: usable.length > ways.length };
}
