import { errors, type OAuthError } from '../../errors.js';
import { readShared, type SharedState } from '../fleet/shared-state.js';
import { isSwitchedOff } from '../fleet/switches.js';
import type { Mfa } from '../mfa.js';
import { block, blockedUntil } from './conversion.js';
import type { Outgoing } from './delivery.js';
import { type BudgetName, type BudgetWindow, sendWindows } from './send-windows.js';

/** Why a message may not be sent: what is counted, or who said so. */
export type SendRefusal = BudgetName | 'switch' | 'breaker' | 'blocked_country' | 'number_type';

/** What became of the question whether a message may be sent. */
export type SendAdmission =
  | {
      readonly granted: true;
      /** It was not sent: it counts nowhere. */
      giveBack(): Promise<void>;
    }
  | { readonly granted: false; readonly reason: SendRefusal; readonly refusal: OAuthError };

const SWITCHED_OFF_MS = 60_000;

const refuse = (reason: SendRefusal, refusal: OAuthError): SendAdmission => ({
  granted: false,
  reason,
  refusal,
});

/**
 * Reserves a message before it is handed to the sender, in all budgets or in none, by one atomic step of the store
 * (security.md R-130): of any number of processes none sends one too many.
 *
 * @throws OAuthError 503 when the store fails
 */
export async function admitSend(mfa: Mfa, outgoing: Outgoing): Promise<SendAdmission> {
  const { reach, sender, channel } = outgoing.carrier;
  if (reach?.refused === 'country') return refuse('blocked_country', errors.factorDisabled());
  if (reach?.refused === 'type') return refuse('number_type', errors.factorDisabled());
  const state = await readShared(mfa);
  if (isSwitchedOff(state.switches, { channel, country: reach?.country, sender })) {
    return refuse('switch', errors.sendingUnavailable(SWITCHED_OFF_MS));
  }
  return inBudget(mfa, outgoing, state);
}

async function inBudget(
  mfa: Mfa,
  outgoing: Outgoing,
  state: SharedState,
  isSecondTry = false,
): Promise<SendAdmission> {
  const { country } = outgoing.delivery;
  const until = country === undefined ? undefined : blockedUntil(mfa, state, country);
  const at = mfa.clock.now();
  if (until !== undefined && !mfa.settings.shadowBudgets) {
    return refuse('breaker', errors.sendingUnavailable(until - at));
  }
  const windows = sendWindows(mfa, outgoing, state);
  const strict = (it: BudgetWindow) => !mfa.settings.shadowBudgets || it.budget === 'address';
  const enforced = windows.filter(strict);
  const reservation = await mfa.store.reserve(enforced, at);
  if (reservation.granted === true) {
    const reported = windows.filter((it) => !strict(it));
    const taken = [...enforced, ...(await report(mfa, outgoing, reported, at))];
    return { granted: true, giveBack: () => mfa.store.release(taken, at) };
  }
  const full = windows.find(({ key }) => key === reservation.key);
  if (full?.budget === 'conversion' && country !== undefined && !isSecondTry) {
    return inBudget(mfa, outgoing, await block(mfa, country, full), true);
  }
  const wait = reservation.retryAt - mfa.clock.now();
  return refuse(full?.budget ?? 'total', errors.tooManySends(wait));
}

/**
 * Budgets that only report: counted like the others, and said in an event when they would have refused.
 *
 * @returns the windows that a unit was taken in
 */
async function report(
  mfa: Mfa,
  { delivery, transaction }: Outgoing,
  windows: readonly BudgetWindow[],
  at: number,
): Promise<readonly BudgetWindow[]> {
  if (windows.length === 0) return [];
  const reservation = await mfa.store.reserve(windows, at);
  if (reservation.granted === true) return windows;
  mfa.emit({
    event: 'mfa.rate_limited',
    shadow: true,
    reason: windows.find(({ key }) => key === reservation.key)?.budget,
    userId: delivery.userId,
    clientId: transaction.clientId,
    authenticatorId: delivery.authenticatorId,
    channel: delivery.channel,
    country: delivery.country,
  });
  return [];
}
