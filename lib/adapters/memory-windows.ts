import type { Reservation, Window } from '../ports/index.js';

interface Kept {
  /** When each unit was taken, newest first; no more than the limit. */
  readonly log: readonly number[];
  readonly end: number;
}

/** The counted windows of the memory store. */
export function memoryWindows() {
  const windows = new Map<string, Kept>();

  const logOf = (key: string): readonly number[] => windows.get(key)?.log ?? [];

  /** When the oldest of the newest `limit` units leaves; undefined when there are fewer. */
  function opensAt({ key, limit, length }: Window): number | undefined {
    const oldest = logOf(key)[limit - 1];
    return oldest === undefined ? undefined : oldest + length;
  }

  const hasRoom = (window: Window, now: number): boolean =>
    window.limit > 0 && (opensAt(window) ?? now) <= now;

  return {
    async reserve(wanted: readonly Window[], now: number): Promise<Reservation> {
      const each = oncePerKey(wanted);
      const full = each
        .filter((it) => !hasRoom(it, now))
        .map((it) => ({ key: it.key, retryAt: opensAt(it) ?? now }))
        .sort((a, b) => b.retryAt - a.retryAt)[0];
      if (full) return { granted: false, ...full };
      for (const { key, limit, length } of each) {
        const log = logOf(key);
        const at = Math.max(now, log[0] ?? now);
        windows.set(key, { log: [at, ...log].slice(0, limit), end: at + length });
      }
      return { granted: true };
    },

    async release(taken: readonly Window[], now: number): Promise<void> {
      for (const { key, length } of oncePerKey(taken)) {
        const kept = windows.get(key);
        if (kept?.log[0] === undefined || kept.log[0] + length <= now) continue;
        windows.set(key, { ...kept, log: kept.log.slice(1) });
      }
    },

    purge(now: number, limit: number): number {
      let removed = 0;
      for (const [key, { end }] of windows) {
        if (removed === limit) break;
        if (end <= now && windows.delete(key)) removed++;
      }
      return removed;
    },
  };
}

const oncePerKey = (windows: readonly Window[]): Window[] => [
  ...new Map(windows.map((it) => [it.key, it])).values(),
];
