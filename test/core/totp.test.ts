import { HOTP, Secret } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { matchingStep } from '../../lib/authenticators/otp.js';

/** '12345678901234567890', the secret of both RFCs, in base32. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const PERIOD = 30_000;
const FRESH = { after: undefined, strict: false };

const codeOf = (step: number) =>
  new HOTP({ secret: Secret.fromBase32(SECRET), digits: 6 }).generate({ counter: step });

describe('RFC 4226 appendix D', () => {
  const values = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
  test.each(values.map((code, counter) => [counter, code]))('counter %i is %s', (counter, code) => {
    const now = (counter as number) * PERIOD;
    expect(matchingStep(SECRET, code as string, { now, ...FRESH })).toBe(counter);
  });
});

describe('RFC 6238 appendix B, SHA-1, the last six of its eight digits', () => {
  test.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('at %i seconds it is …%s', (seconds, code) => {
    const step = matchingStep(SECRET, code.slice(2), { now: seconds * 1000, ...FRESH });
    expect(step).toBe(Math.floor(seconds / 30));
  });
});

describe('the window (R-071)', () => {
  const step = 56_000_000;
  const accepted = (strict: boolean, now: number) =>
    [-3, -2, -1, 0, 1, 2, 3].filter(
      (delta) =>
        matchingStep(SECRET, codeOf(step + delta), { now, after: undefined, strict }) !== undefined,
    );

  test.each([
    ['at the start of a step', step * PERIOD],
    ['in its last millisecond', step * PERIOD + PERIOD - 1],
  ])('is one step before to one step after, %s', (_, now) => {
    expect(accepted(false, now)).toEqual([-1, 0, 1]);
  });

  test.each([
    ['at the start of a step', step * PERIOD],
    ['in its last millisecond', step * PERIOD + PERIOD - 1],
  ])('strict, it ends with the current step, %s', (_, now) => {
    expect(accepted(true, now)).toEqual([-1, 0]);
  });

  test('answers which step it was', () => {
    const at = (delta: number) =>
      matchingStep(SECRET, codeOf(step + delta), { now: step * PERIOD, ...FRESH });
    expect([at(-1), at(0), at(1)]).toEqual([step - 1, step, step + 1]);
  });
});

describe('steps rise strictly (R-070)', () => {
  const step = 56_000_000;
  const now = step * PERIOD;
  const match = (delta: number, after: number) =>
    matchingStep(SECRET, codeOf(step + delta), { now, after: step + after, strict: false });

  test('a step is refused when it was used', () => {
    expect(match(0, 0)).toBeUndefined();
    expect(match(1, 1)).toBeUndefined();
    expect(match(-1, -1)).toBeUndefined();
  });
  test('a step is refused when a later one was used', () => {
    expect(match(-1, 0)).toBeUndefined();
    expect(match(0, 1)).toBeUndefined();
  });
  test('a later step is accepted', () => {
    expect(match(0, -1)).toBe(step);
    expect(match(1, 0)).toBe(step + 1);
  });
});

// Other alphabets' digits never come this far: params.test.ts.
describe('anything but the six digits is refused (R-074)', () => {
  const now = 56_000_000 * PERIOD;
  const code = codeOf(56_000_000);
  test.each([
    ['nothing', ''],
    ['one digit', code.slice(0, 1)],
    ['five digits', code.slice(1)],
    ['seven digits', `0${code}`],
    ['a leading space', ` ${code}`],
    ['a trailing newline', `${code}\n`],
    ['a NUL behind it', `${code}\0`],
  ])('%s', (_, value) => {
    expect(matchingStep(SECRET, value, { now, ...FRESH })).toBeUndefined();
  });
});
