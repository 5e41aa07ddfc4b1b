import type { Clock, Random } from '../ports/index.js';

/**
 * A clock of the host's own whose every answer is a time: a comparison with anything else would let what has
 * expired pass (security.md R-010).
 */
export function checkedClock(clock: Clock): Clock {
  return {
    now() {
      const now = clock.now();
      if (!Number.isSafeInteger(now) || now <= 0) throw new TypeError('clock.now() gave no time');
      return now;
    },
  };
}

/** Chance of the host's own that gives what was asked for, or nothing is issued. */
export function checkedRandom(random: Random): Random {
  return {
    bytes(size) {
      const bytes = random.bytes(size);
      if (!Buffer.isBuffer(bytes) || bytes.length !== size) {
        throw new TypeError(`random.bytes(${size}) gave no such buffer`);
      }
      return bytes;
    },
    integer(limit) {
      const value = random.integer(limit);
      if (!Number.isInteger(value) || value < 0 || value >= limit) {
        throw new TypeError(`random.integer(${limit}) gave no such number`);
      }
      return value;
    },
  };
}
