import type { Reservation, Window } from '../ports/index.js';

/** Units that were taken at one time (ms). */
export interface Taken {
  readonly at: number;
  readonly count: number;
}

/** What a window holds, newest first. */
export type RollingLog = readonly Taken[];

/**
 * The time that a unit is counted at: `now`, or the next multiple of the resolution. Rounded up, so that it leaves
 * late rather than early.
 */
export const countedAt = ({ resolution = 1 }: Window, now: number): number =>
  Math.ceil(now / resolution) * resolution;

/** Entries that a window with a resolution keeps: those of two lengths, for the sake of clocks that differ. */
export const entriesKept = ({ length, resolution = 1 }: Window): number =>
  2 * Math.ceil(length / resolution) + 2;

/** When the oldest of the newest `limit` units leaves; undefined when there are fewer. */
export function opensAt(log: RollingLog, { limit, length }: Window): number | undefined {
  let units = 0;
  for (const { at, count } of log) {
    units += count;
    if (units >= limit) return at + length;
  }
  return undefined;
}

/** The refusal, if one of the windows is full: it names the one that has room last. */
export function fullest(
  windows: readonly Window[],
  logOf: (key: string) => RollingLog,
  now: number,
): Reservation | undefined {
  const full = windows
    .map((it) => ({ key: it.key, limit: it.limit, retryAt: opensAt(logOf(it.key), it) ?? now }))
    .filter(({ limit, retryAt }) => limit < 1 || retryAt > now)
    .sort((a, b) => b.retryAt - a.retryAt)[0];
  return full && { granted: false, key: full.key, retryAt: full.retryAt };
}

/** One unit more. A clock that is behind the newest one counts at that one's time: the log stays in order. */
export function afterTaking(log: RollingLog, window: Window, now: number): RollingLog {
  const [newest, ...older] = log;
  const at = Math.max(countedAt(window, now), newest?.at ?? 0);
  if (window.resolution === undefined) return [{ at, count: 1 }, ...log].slice(0, window.limit);
  const together = newest?.at === at ? [{ at, count: newest.count + 1 }, ...older] : undefined;
  return (together ?? [{ at, count: 1 }, ...log]).slice(0, entriesKept(window));
}

/**
 * Without the newest unit of `at` or before, so that those of later keep their times; when there is none, without
 * the oldest that is left. What has left already is not given back.
 */
export function afterGivingBack(log: RollingLog, window: Window, at: number): RollingLog {
  const stays = log.filter((it) => it.at + window.length > at);
  const own = stays.findIndex((it) => it.at <= countedAt(window, at));
  const index = own < 0 ? stays.length - 1 : own;
  const found = stays[index];
  if (!found) return log;
  const rest = found.count > 1 ? [{ ...found, count: found.count - 1 }] : [];
  return log.toSpliced(index, 1, ...rest);
}

/** Each key once, in one order for all callers. */
export function inKeyOrder(windows: readonly Window[]): Window[] {
  const byKey = new Map(windows.map((it) => [it.key, it]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
