import type { Reservation, Window } from '../ports/index.js';
import {
  afterGivingBack,
  afterTaking,
  fullest,
  inKeyOrder,
  type RollingLog,
} from './rolling-log.js';

interface Kept {
  readonly log: RollingLog;
  readonly end: number;
}

/** The counted windows of the memory store. */
export function memoryWindows() {
  const windows = new Map<string, Kept>();
  const logOf = (key: string): RollingLog => windows.get(key)?.log ?? [];

  return {
    async reserve(wanted: readonly Window[], now: number): Promise<Reservation> {
      const each = inKeyOrder(wanted);
      const full = fullest(each, logOf, now);
      if (full) return full;
      for (const window of each) {
        const log = afterTaking(logOf(window.key), window, now);
        windows.set(window.key, { log, end: (log[0]?.at ?? now) + window.length });
      }
      return { granted: true };
    },

    async release(taken: readonly Window[], at: number): Promise<void> {
      for (const window of inKeyOrder(taken)) {
        const kept = windows.get(window.key);
        if (!kept) continue;
        windows.set(window.key, { ...kept, log: afterGivingBack(kept.log, window, at) });
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
