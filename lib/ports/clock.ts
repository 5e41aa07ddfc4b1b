/** Time, in milliseconds since 1970-01-01T00:00:00Z. Everything that expires is judged by it. */
export interface Clock {
  now(): number;
}

/**
 * The machine's clock, except that it never runs backwards: when the system time is set back, time goes on
 * from where it was at the pace of the monotonic clock, so nothing that had expired lives again
 * (security.md R-041).
 */
export function systemClock(): Clock {
  let last = Date.now();
  let lastTick = performance.now();
  return {
    now() {
      const tick = performance.now();
      last = Math.max(Date.now(), Math.floor(last + (tick - lastTick)));
      lastTick = tick;
      return last;
    },
  };
}
