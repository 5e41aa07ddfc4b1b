import type { Account, GuessLane, LoginTransaction } from '../../ports/index.js';
import type { AuthenticatorType } from '../authenticator-type.js';
import type { Mfa } from '../mfa.js';
import { type LaneLimits, laneOf } from './guess-budget.js';

/** Names of the lanes that failures are counted in (security.md D5, D7). */
export type LaneName = 'factor' | 'device' | 'recovery';

const DAY = 86_400_000;
/** The lane for unknown devices opens before its time at most once in this time. */
const REOPEN_EVERY_MS = 30 * DAY;
/** A change of the password this long after a recovery code passed still counts as part of the recovery. */
const RECOVERY_MS = DAY;

/**
 * The lane of a guess. A known device has its own, so that nobody who merely has the password can lock its owner
 * out there; recovery codes have theirs, so that a locked user can still recover.
 */
export const laneNameOf = (
  { lane }: Pick<AuthenticatorType, 'lane'>,
  { knownDevice }: Pick<LoginTransaction, 'knownDevice'>,
): LaneName => (lane === 'factor' && knownDevice === true ? 'device' : lane);

/** The numbers in force for a lane; fewer for unknown devices while the whole fleet is under attack (D9). */
export function limitsOf(mfa: Mfa, name: LaneName, underAttack: boolean): LaneLimits {
  const { lanes, underAttackPerDay } = mfa.settings.guesses;
  const limits = lanes[name];
  if (!underAttack || name !== 'factor') return limits;
  return { ...limits, windows: [...limits.windows, { limit: underAttackPerDay, length: DAY }] };
}

/**
 * The account after a full login from a known device, or after an account was recovered: failures older than a day
 * no longer close the lane for unknown devices. Those of the last day do, so that its daily bound always holds.
 * Only where the monthly bound had closed it, and once in 30 days, else a thief of the mailbox could do so at will.
 */
export function reopened(mfa: Mfa, account: Account, now: number): Account {
  const lane = laneOf(account, 'factor');
  const recently = now - (account.reopenedAt ?? Number.NEGATIVE_INFINITY) < REOPEN_EVERY_MS;
  return recently || !closedForLong(mfa, lane, now) ? account : opened(account, lane, now);
}

/** Whether the bound of 30 days, and not only that of the day, refuses the next guess. */
const closedForLong = (mfa: Mfa, lane: GuessLane, now: number): boolean =>
  mfa.settings.guesses.lanes.factor.windows
    .filter(({ length }) => length > DAY)
    .some(({ limit, length }) => (lane.log[lane.log.length - limit] ?? 0) > now - length);

const opened = (account: Account, lane: GuessLane, now: number): Account => ({
  ...account,
  reopenedAt: now,
  lanes: {
    ...account.lanes,
    factor: { ...lane, log: lane.log.filter((at) => at > now - DAY) },
  },
});

/** Whether a recovery code passed so lately that a change of the password completes the recovery. */
export const isRecovering = ({ recoveredAt }: Account, now: number): boolean =>
  recoveredAt !== undefined && now - recoveredAt <= RECOVERY_MS;

/** The account without any wait or failure in the lane for unknown devices: an administrator's decision. */
export const unlocked = (account: Account): Account => {
  const { factor: _, ...lanes } = account.lanes;
  return { ...account, lanes };
};
