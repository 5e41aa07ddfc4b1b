import type { Account, GuessLane } from '../../ports/index.js';

/** Numbers in force for one lane; times in milliseconds. */
export interface LaneLimits {
  /** After this many failures in a row, guesses wait this long. */
  readonly waits: readonly { readonly failures: number; readonly wait: number }[];
  /** At most this many failures in any window of this length; successes do not reset them. */
  readonly windows: readonly { readonly limit: number; readonly length: number }[];
}

/** Whether a guess may be compared now, and the lane with it already charged. */
export type Charge =
  | { readonly granted: true; readonly lane: GuessLane }
  | { readonly granted: false; readonly retryAt: number };

const FRESH: GuessLane = { consecutive: 0, lockedUntil: 0, log: [] };

/**
 * When the next guess may be compared; `now` or earlier when it may be at once.
 *
 * @param count - how many secrets it would be compared with: each comparison is a chance of its own
 */
export function openAt(
  lane: GuessLane,
  now: number,
  { windows }: LaneLimits,
  count: number = 1,
): number {
  let at = lane.lockedUntil;
  for (const { limit, length } of windows) {
    const oldest = lane.log[lane.log.length - limit + count - 1];
    if (oldest !== undefined && oldest + length > now) at = Math.max(at, oldest + length);
  }
  return at;
}

export const laneOf = (account: Account, name: string): GuessLane => account.lanes[name] ?? FRESH;

/**
 * Charges one guess before it is compared. A refused guess changes nothing: it is not compared and does not
 * extend the wait (security.md ). A charge is given back only by success.
 *
 * @param count - as of `openAt`: a code that is compared with two authenticator apps counts twice in the windows
 */
export function charge(
  lane: GuessLane,
  now: number,
  limits: LaneLimits,
  count: number = 1,
): Charge {
  const retryAt = openAt(lane, now, limits, count);
  if (retryAt > now) return { granted: false, retryAt };
  const longest = Math.max(...limits.windows.map(({ length }) => length));
  const most = Math.max(...limits.windows.map(({ limit }) => limit));
  const consecutive = lane.consecutive + 1;
  const wait = limits.waits.find(({ failures }) => failures === consecutive)?.wait ?? 0;
  return {
    granted: true,
    lane: {
      consecutive,
      lockedUntil: wait > 0 ? now + wait : lane.lockedUntil,
      log: [...lane.log.filter((at) => at > now - longest), ...Array(count).fill(now)].slice(-most),
    },
  };
}

/**
 * The lane after a success whose charge was made at `chargedAt`: that charge is taken back and the row of
 * failures ends, but earlier failures still count in the windows.
 */
export function succeed(lane: GuessLane, chargedAt: number, count: number = 1): GuessLane {
  const own = lane.log.lastIndexOf(chargedAt);
  const first = Math.max(lane.log.indexOf(chargedAt), own - count + 1);
  return {
    consecutive: 0,
    lockedUntil: 0,
    log: own < 0 ? lane.log : lane.log.toSpliced(first, own - first + 1),
  };
}
