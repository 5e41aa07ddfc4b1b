import { describe, expect, test } from 'vitest';
import { digits, Params, secretText } from '../../lib/core/params.js';
import type { OAuthError } from '../../lib/errors.js';

const params = (values: Record<string, unknown>) => new Params(new Map(Object.entries(values)));

function refusal(read: () => unknown): OAuthError {
  try {
    read();
  } catch (error) {
    return error as OAuthError;
  }
  throw new Error('accepted');
}

describe('a parameter is one string (R-120)', () => {
  test.each([
    ['a number', 123456],
    ['zero', 0],
    ['true', true],
    ['an array', ['123456']],
    ['an empty array', []],
    ['an object', { $ne: '1' }],
    ['a String object', Object('123456')],
  ])('%s is refused, required or not', (_, value) => {
    for (const read of ['required', 'optional'] as const) {
      const error = refusal(() => params({ otp: value })[read]('otp'));
      expect(error).toMatchObject({ status: 400, error: 'invalid_request' });
      expect(error.message).toBe('Invalid parameter: otp must be one string');
    }
  });
  test.each([undefined, null, ''])('%j counts as absent', (value) => {
    expect(params({ otp: value }).optional('otp')).toBeUndefined();
    expect(refusal(() => params({ otp: value }).required('otp')).message).toBe(
      'Missing required parameter: otp',
    );
  });
  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'length'])(
    '%s is a name like any other (R-121)',
    (name) => {
      expect(params({}).optional(name)).toBeUndefined();
      expect(new Params(new Map([[name, 'x']])).required(name)).toBe('x');
    },
  );
});

describe('text', () => {
  test('may hold 2,048 characters and no more', () => {
    expect(params({ a: 'x'.repeat(2048) }).required('a')).toHaveLength(2048);
    expect(refusal(() => params({ a: 'x'.repeat(2049) }).required('a')).status).toBe(400);
  });
  test.each(['a\0b', 'a\nb', 'a\rb', 'a\tb', 'a\x7fb'])('%j is refused', (value) => {
    expect(refusal(() => params({ a: value }).required('a')).status).toBe(400);
  });
  test('a password may hold any character', () => {
    expect(params({ p: ' \0\n🔐' }).required('p', secretText)).toBe(' \0\n🔐');
  });
});

describe('six digits are six ASCII digits (R-074)', () => {
  test('leading zeros and all', () => {
    expect(params({ otp: '000000' }).required('otp', digits(6))).toBe('000000');
  });
  test.each([
    ['12345', 'five'],
    ['1234567', 'seven'],
    [' 12345', 'a space'],
    ['123456\n', 'a newline'],
    ['１２３４５６', 'full-width'],
    ['١٢٣٤٥٦', 'Arabic-Indic'],
    ['-12345', 'a sign'],
    ['1e5000', 'an exponent'],
    ['0x1234', 'hexadecimal'],
    ['123 456', 'a gap'],
  ])('%j is refused: %s', (value) => {
    const error = refusal(() => params({ otp: value }).required('otp', digits(6)));
    expect(error).toMatchObject({ status: 400, error: 'invalid_request' });
  });
});

describe('words', () => {
  const words = (value: unknown) => params({ w: value }).words('w');
  test('are an array of strings, one string, or nothing', () => {
    expect(words(['otp', 'oob'])).toEqual(['otp', 'oob']);
    expect(words('otp')).toEqual(['otp']);
    expect(words(undefined)).toEqual([]);
    expect(words(null)).toEqual([]);
    expect(words([])).toEqual([]);
  });
  test.each([
    [[1]],
    [[null]],
    [[['otp']]],
    [['otp oob']],
    [['']],
    [Array.from({ length: 11 }, () => 'otp')],
    [['x'.repeat(33)]],
    [{ 0: 'otp', length: 1 }],
    [7],
    [true],
  ])('%j is refused', (value) => {
    expect(refusal(() => words(value)).status).toBe(400);
  });
});
