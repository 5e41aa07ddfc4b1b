import type { Clock } from '../ports/index.js';

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  /** Goes on by so many seconds. */
  advance(seconds: number): void;
}

/**
 * A clock for tests, for the `clock` of `createMfa()`.
 *
 * @param start - milliseconds since 1970; default 2026-01-15T12:00:00Z
 * @example
 * ```ts
 * const clock = testClock()
 * const mfa = createMfa({ ...options, clock })
 * clock.advance(601) // the mfa_token has expired
 * ```
 */
export function testClock(start: number = Date.UTC(2026, 0, 15, 12)): TestClock {
  let now = start;
  return {
    now: () => now,
    advance(seconds) {
      now += seconds * 1000;
    },
  };
}
