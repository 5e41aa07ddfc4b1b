import type { Account, GuessLane } from '../ports/index.js';

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

/** When the next guess may be compared; `now` or earlier when it may be at once. */
export function openAt(lane: GuessLane, now: number, { windows }: LaneLimits): number {
  let at = lane.lockedUntil;
  for (const { limit, length } of windows) {
    const oldest = lane.log[lane.log.length - limit];
    if (oldest !== undefined && oldest + length > now) at = Math.max(at, oldest + length);
  }
  return at;
}

export const laneOf = (account: Account, name: string): GuessLane => account.lanes[name] ?? FRESH;

/**
 * Charges one guess before it is compared. A refused guess changes nothing: it is not compared and does not
 * extend the wait (security.md ). A charge is given back only by success.
 */
export function charge(lane: GuessLane, now: number, limits: LaneLimits): Charge {
  const retryAt = openAt(lane, now, limits);
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
      log: [...lane.log.filter((at) => at > now - longest), now].slice(-most),
    },
  };
}

/**
 * The lane after a success whose charge was made at `chargedAt`: that charge is taken back and the row of
 * failures ends, but earlier failures still count in the windows.
 */
export function succeed(lane: GuessLane, chargedAt: number): GuessLane {
  const own = lane.log.lastIndexOf(chargedAt);
  return {
    consecutive: 0,
    lockedUntil: 0,
    log: own < 0 ? lane.log : lane.log.toSpliced(own, 1),
  };
}
