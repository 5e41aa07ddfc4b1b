import { errors } from '../../errors.js';
import type { Account, Delivery, LoginTransaction, Random, Window } from '../../ports/index.js';

/** Numbers in force (security.md D10 to D16). */
export interface SendBudget {
  readonly perTransaction: number;
  readonly perUserPerDay: number;
  readonly perAddressPer10Minutes: number;
  readonly perAddressPerDay: number;
  readonly usersPerAddress: number;
  readonly perIpPerHour: number;
  readonly perIpPerDay: number;
  readonly perNetworkPerHour: number;
  readonly perPrefixPerHour: number;
  readonly perCountryPerHour: number;
  readonly perCountryPerDay: number;
  readonly voicePerHour: number;
  readonly totalPerHour: number;
  readonly totalPerDay: number;
}

/** Part of an address's messages per day that enrollments may use. */
const ENROLL_SHARE = 0.6;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Waits between the messages of one login, in seconds; the last one repeats. */
const WAITS = [30, 60, 120, 240, 480];

/**
 * Charges one message to the login and the user. The wait until the next one has a jitter of 10 %, so that
 * clients do not ask in step.
 *
 * @throws OAuthError 429 `too_many_attempts` with the time to wait
 */
export function chargeSend(
  { transaction, account }: { transaction: LoginTransaction; account: Account },
  { now, limits, random }: { now: number; limits: SendBudget; random: Random },
): { transaction: LoginTransaction; account: Account } {
  if (transaction.sends >= limits.perTransaction) {
    throw errors.tooManySends(Math.max(transaction.expiresAt, transaction.nextSendAt) - now);
  }
  if (transaction.nextSendAt > now) throw errors.tooManySends(transaction.nextSendAt - now);
  const sends = account.sends.filter((at) => at > now - DAY);
  const oldest = sends[sends.length - limits.perUserPerDay];
  if (oldest !== undefined) throw errors.tooManySends(oldest + DAY - now);
  const wait = WAITS[Math.min(transaction.sends, WAITS.length - 1)] as number;
  const jitter = 0.9 + random.integer(201) / 1000;
  return {
    transaction: {
      ...transaction,
      sends: transaction.sends + 1,
      nextSendAt: now + Math.round(wait * 1000 * jitter),
    },
    account: { ...account, sends: [...sends, now] },
  };
}

/**
 * The windows over all users that one message to an address is counted in: under each of its blind indexes, so that
 * no count starts anew when the pepper is rotated. Enrollments get a part of the day only: whoever enrolls other
 * people's numbers cannot use up the messages that they log in with.
 */
export function addressWindows(
  addresses: readonly string[],
  limits: SendBudget,
  purpose: Delivery['purpose'],
): readonly Window[] {
  const perDay = limits.perAddressPerDay;
  return addresses.flatMap((address) => [
    { key: `10m:${address}`, limit: limits.perAddressPer10Minutes, length: 10 * MINUTE },
    { key: `24h:${address}`, limit: perDay, length: DAY },
    ...(purpose === 'enroll'
      ? [{ key: `24h:enroll:${address}`, limit: Math.ceil(perDay * ENROLL_SHARE), length: DAY }]
      : []),
  ]);
}
