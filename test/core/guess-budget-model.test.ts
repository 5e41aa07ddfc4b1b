// The budget against the plainest model of it that counts: every failure that was ever granted.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { charge, laneOf, succeed } from '../../lib/core/guesses/guess-budget.js';
import { resolveSettings } from '../../lib/setup/settings.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const { factor } = resolveSettings({ issuer: 'https://a.example/' } as never).guesses.lanes;

/** D4 and D5 as security.md writes them. */
class Model {
  private failures: number[] = [];
  private row = 0;
  private lockedUntil = 0;

  /** @returns when the next guess is judged; now or earlier = at once */
  openAt(now: number): number {
    let at = this.lockedUntil;
    for (const [limit, length] of [
      [15, DAY],
      [60, 30 * DAY],
    ] as const) {
      const recent = this.failures.filter((it) => it > now - length);
      if (recent.length >= limit) at = Math.max(at, (recent.at(-limit) as number) + length);
    }
    return at;
  }
  fail(now: number) {
    this.failures.push(now);
    this.row++;
    if (this.row === 5) this.lockedUntil = now + MINUTE;
    if (this.row === 10) this.lockedUntil = now + 5 * MINUTE;
  }
  succeed() {
    this.row = 0;
    this.lockedUntil = 0;
  }
  most(length: number): number {
    const counts = this.failures.map(
      (from) => this.failures.filter((it) => it >= from && it < from + length).length,
    );
    return Math.max(0, ...counts);
  }
}

const pause = fc.oneof(
  fc.constantFrom(0, 1, 999, MINUTE - 1, MINUTE, 5 * MINUTE, DAY - 1, DAY, 30 * DAY),
  fc.integer({ min: 0, max: 4 * 60 * MINUTE }),
);
const event = fc.record({
  pause,
  right: fc.integer({ min: 0, max: 9 }).map((it) => it === 0),
  /** Come back exactly when it opens. */
  patient: fc.boolean(),
});

test('agrees with the model on every guess, and never lets more than 15 in 24 h or 60 in 30 d fail', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 250, size: 'max' }), (events) => {
      const model = new Model();
      let lane = laneOf(
        { userId: 'u', version: 0, lanes: {}, failures: {}, logins: {}, sends: [] },
        'factor',
      );
      let now = Date.UTC(2026, 0, 1);
      for (const { pause: wait, right, patient } of events) {
        now = patient ? Math.max(now, model.openAt(now)) : now + wait;
        const result = charge(lane, now, factor);
        expect(result.granted).toBe(model.openAt(now) <= now);
        if (!result.granted) {
          expect(result.retryAt).toBe(model.openAt(now));
          continue;
        }
        lane = right ? succeed(result.lane, now) : result.lane;
        if (right) model.succeed();
        else model.fail(now);
      }
      expect(model.most(DAY)).toBeLessThanOrEqual(15);
      expect(model.most(30 * DAY)).toBeLessThanOrEqual(60);
    }),
    { numRuns: 150 },
  );
});
