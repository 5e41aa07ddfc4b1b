import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../lib/ports/index.js';

afterEach(() => {
  vi.useRealTimers();
});

/** A wall clock that a test sets, beside a monotonic one that it moves. */
function machine(start = Date.UTC(2026, 0, 15, 12)) {
  vi.useFakeTimers({ now: start, toFake: ['Date', 'performance'] });
  const clock = systemClock();
  return {
    now: () => clock.now() - start,
    pass: (ms: number) => vi.advanceTimersByTime(ms),
    set: (ms: number) => vi.setSystemTime(start + ms),
  };
}

describe('the system clock (R-041)', () => {
  test('goes with the wall clock', () => {
    const it = machine();
    expect(it.now()).toBe(0);
    it.pass(1500);
    expect(it.now()).toBe(1500);
  });
  test('never runs backwards: set back a day, it goes on at the pace of the monotonic clock', () => {
    const it = machine();
    it.pass(10_000);
    expect(it.now()).toBe(10_000);
    it.set(-86_400_000);
    expect(it.now()).toBe(10_000);
    it.pass(300_000);
    expect(it.now()).toBe(310_000);
  });
  test('set back and asked only much later, it has not lost the time between', () => {
    const it = machine();
    expect(it.now()).toBe(0);
    it.set(-3_600_000);
    it.pass(300_000);
    expect(it.now()).toBe(300_000);
  });
  test('follows the wall clock when it is set forward', () => {
    const it = machine();
    it.set(600_000);
    expect(it.now()).toBe(600_000);
  });
  test('asked many times within a millisecond while set back, it does not stand still for ever', () => {
    const it = machine();
    it.now();
    it.set(-1000);
    for (let i = 0; i < 1000; i++) {
      it.pass(1);
      it.now();
    }
    expect(it.now()).toBe(1000);
  });
});

describe('the system clock after a mistake (F-09)', () => {
  test('set ahead and put right again, it comes back, so codes and tokens of other processes are good', () => {
    const it = machine();
    it.pass(1000);
    it.set(3_600_000);
    expect(it.now()).toBe(3_600_000);
    it.pass(5000);
    it.set(6000);
    expect(it.now()).toBe(6000);
  });

  test('ahead for ten minutes, it is believed: set back afterwards, nothing lives again', () => {
    const it = machine();
    it.set(3_600_000);
    it.now();
    it.pass(601_000);
    expect(it.now()).toBe(4_201_000);
    it.set(0);
    expect(it.now()).toBe(4_201_000);
  });
});
