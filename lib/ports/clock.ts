/** The time. Everything that expires is judged by it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** Two clocks that differ by less than this agree (ms). */
const AGREE = 2000;
/** A step ahead that lasts this long (ms) was no mistake: the machine had slept, or its clock had been slow. */
const SETTLED = 600_000;

/**
 * The machine's clock held against the monotonic one. Set back, it goes on from where it was, so nothing that had
 * expired lives again (security.md R-041); set ahead, it follows, and comes back with it when that was a mistake.
 */
export function systemClock(): Clock {
  /** Wall time minus monotonic time, as it was believed last. */
  let believed = Date.now() - performance.now();
  let aheadSince: number | undefined;
  return {
    now() {
      const tick = performance.now();
      const offset = Date.now() - tick;
      if (offset <= believed) {
        aheadSince = undefined;
        return Math.floor(tick + believed);
      }
      aheadSince ??= tick;
      if (offset - believed < AGREE || tick - aheadSince > SETTLED) {
        believed = offset;
        aheadSince = undefined;
      }
      return Math.floor(tick + offset);
    },
  };
}
