import type { Reservation, Window } from '../ports/index.js';

interface Running {
  count: number;
  end: number;
}

/** The counted windows of the memory store. */
export function memoryWindows() {
  const windows = new Map<string, Running>();

  function running(key: string, now: number): Running | undefined {
    const window = windows.get(key);
    return window && window.end > now ? window : undefined;
  }

  return {
    async reserve(wanted: readonly Window[], now: number): Promise<Reservation> {
      const full = wanted
        .map(({ key, limit }) => ({ key, limit, window: running(key, now) }))
        .filter(({ limit, window }) => (window?.count ?? 0) >= limit)
        .sort((a, b) => (b.window?.end ?? 0) - (a.window?.end ?? 0))[0];
      if (full) return { granted: false, key: full.key, retryAt: full.window?.end ?? now };
      for (const { key, length } of wanted) {
        const window = running(key, now) ?? { count: 0, end: now + length };
        window.count++;
        windows.set(key, window);
      }
      return { granted: true };
    },

    async release(taken: readonly Window[], now: number): Promise<void> {
      for (const { key } of taken) {
        const window = running(key, now);
        if (window && window.count > 0) window.count--;
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
