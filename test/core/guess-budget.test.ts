import { describe, expect, test } from 'vitest';
import { charge, laneOf, openAt, succeed } from '../../lib/core/guesses/guess-budget.js';
import { resolveSettings } from '../../lib/setup/settings.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const T = Date.UTC(2026, 0, 15, 12);

const { factor, recovery } = resolveSettings({ issuer: 'https://a.example/' } as never).guesses
  .lanes;
const ACCOUNT = { userId: 'u', version: 0, lanes: {}, failures: {}, logins: {}, sends: [] };
const fresh = () => laneOf(ACCOUNT, 'factor');

/** Charges a guess that fails. */
function fail(lane = fresh(), now = T, limits = factor) {
  const result = charge(lane, now, limits);
  if (!result.granted) throw new Error(`refused until ${result.retryAt - T}`);
  return result.lane;
}

/** As many failures as are granted at these times. */
const failAt = (times: readonly number[], lane = fresh()) =>
  times.reduce((it, now) => fail(it, now), lane);

const refusedUntil = (lane: ReturnType<typeof fresh>, now: number, limits = factor) => {
  const result = charge(lane, now, limits);
  return result.granted ? 'granted' : result.retryAt;
};

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('failures in a row (D4)', () => {
  test('four are followed by no wait', () => {
    expect(refusedUntil(failAt(range(4).map(() => T)), T)).toBe('granted');
  });
  test('the fifth is followed by a wait of exactly 60 seconds', () => {
    const lane = failAt(range(5).map(() => T));
    expect(refusedUntil(lane, T)).toBe(T + MINUTE);
    expect(refusedUntil(lane, T + MINUTE - 1)).toBe(T + MINUTE);
    expect(refusedUntil(lane, T + MINUTE)).toBe('granted');
  });
  test('the tenth is followed by a wait of exactly 300 seconds', () => {
    const five = failAt(range(5).map(() => T));
    const at = T + MINUTE;
    const lane = failAt(
      range(5).map(() => at),
      five,
    );
    expect(refusedUntil(lane, at + 5 * MINUTE - 1)).toBe(at + 5 * MINUTE);
    expect(refusedUntil(lane, at + 5 * MINUTE)).toBe('granted');
  });
  test('a success between them starts the row anew', () => {
    const four = failAt(range(4).map(() => T));
    const lane = succeed(fail(four, T + 1), T + 1);
    expect(lane.consecutive).toBe(0);
    expect(refusedUntil(fail(lane, T + 2), T + 2)).toBe('granted');
  });
});

/** Spread so that no wait is in the way. */
const spread = (n: number, step: number, from = T) => range(n).map((i) => from + i * step);

describe('15 failures in any 24 hours (D5)', () => {
  test('the sixteenth waits until the first is 24 hours old, to the millisecond', () => {
    const lane = failAt(spread(15, 10 * MINUTE));
    const now = T + 15 * 10 * MINUTE;
    expect(refusedUntil(lane, now)).toBe(T + DAY);
    expect(refusedUntil(lane, T + DAY - 1)).toBe(T + DAY);
    expect(refusedUntil(lane, T + DAY)).toBe('granted');
  });
  test('the window slides: one failure leaves it, one guess is open', () => {
    const lane = fail(failAt(spread(15, 10 * MINUTE)), T + DAY);
    expect(refusedUntil(lane, T + DAY)).toBe(T + 10 * MINUTE + DAY);
    expect(refusedUntil(lane, T + DAY + 10 * MINUTE)).toBe('granted');
  });
  test('R-022: 14 failures, a success, then one more failure is granted and the next is not', () => {
    const fourteen = failAt(spread(14, 10 * MINUTE));
    const at = T + 20 * HOUR;
    const passed = succeed(fail(fourteen, at), at);
    const lane = fail(passed, at + MINUTE);
    expect(refusedUntil(lane, at + 2 * MINUTE)).toBe(T + DAY);
  });
  test('a success takes back its own charge only', () => {
    const two = failAt([T, T + 1]);
    expect(succeed(fail(two, T + 2), T + 2).log).toEqual([T, T + 1]);
    expect(succeed(fail(two, T + 1), T + 1).log).toEqual([T, T + 1]);
  });
});

describe('60 failures in any 30 days (D5)', () => {
  const lane = failAt(spread(60, 2 * HOUR));
  test('the sixty-first waits until the first is 30 days old', () => {
    const now = T + 6 * DAY;
    expect(refusedUntil(lane, now)).toBe(T + 30 * DAY);
    expect(refusedUntil(lane, T + 30 * DAY - 1)).toBe(T + 30 * DAY);
    expect(refusedUntil(lane, T + 30 * DAY)).toBe('granted');
  });
  test('success does not shorten it', () => {
    expect(openAt(succeed(lane, T - 1), T + 6 * DAY, factor)).toBe(T + 30 * DAY);
  });
  test('the log never grows beyond what the windows need', () => {
    let it = lane;
    for (let i = 0; i < 100; i++) it = fail(it, T + 30 * DAY + i * DAY);
    expect(it.log.length).toBeLessThanOrEqual(60);
  });
});

describe('the recovery lane (D7)', () => {
  test('has 5 failures in any 24 hours and no waits', () => {
    let lane = fresh();
    for (let i = 0; i < 5; i++) lane = fail(lane, T + i, recovery);
    expect(refusedUntil(lane, T + 10, recovery)).toBe(T + DAY);
    expect(refusedUntil(lane, T + DAY, recovery)).toBe('granted');
  });
  test('is not the lane of the factors', () => {
    const lanes = { factor: failAt(range(5).map(() => T)) };
    expect(openAt(laneOf({ ...ACCOUNT, lanes }, 'recovery'), T, recovery)).toBeLessThanOrEqual(T);
  });
});

describe('a refused guess (R-023)', () => {
  test('changes nothing, however often it comes', () => {
    const lane = failAt(range(5).map(() => T));
    const before = structuredClone(lane);
    for (let i = 0; i < 100; i++) expect(refusedUntil(lane, T + i * 500)).toBe(T + MINUTE);
    expect(lane).toEqual(before);
  });
  test('waits for the later of two reasons', () => {
    const lane = { ...failAt(spread(15, 10 * MINUTE)), lockedUntil: T + 2 * DAY };
    expect(refusedUntil(lane, T + 3 * HOUR)).toBe(T + 2 * DAY);
  });
});
