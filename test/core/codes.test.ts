import { describe, expect, test } from 'vitest';
import { authenticatorId, bindingCode, recoveryCode, totpSecret } from '../../lib/crypto/codes.js';
import { type Random, systemRandom } from '../../lib/ports/index.js';

const random = systemRandom();

/** Chi-square of counts against the same share for each. */
function chiSquare(counts: readonly number[]): number {
  const wanted = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, it) => sum + (it - wanted) ** 2 / wanted, 0);
}

/** What chance exceeds once in a million times, by Wilson and Hilferty. */
const limit = (degrees: number) => {
  const z = 4.7534;
  const a = 2 / (9 * degrees);
  return degrees * (1 - a + z * Math.sqrt(a)) ** 3;
};

const zeros = (length: number): number[] => Array.from({ length }, () => 0);

/** How often each character of the alphabet stands at each place. */
function tally(words: readonly string[], alphabet: string): number[][] {
  const length = words[0]?.length ?? 0;
  const counts = Array.from({ length }, () => zeros(alphabet.length));
  for (const word of words) {
    for (let i = 0; i < length; i++) {
      const row = counts[i] as number[];
      const at = alphabet.indexOf(word[i] as string);
      row[at] = (row[at] ?? Number.NaN) + 1;
    }
  }
  return counts;
}

const even = (words: readonly string[], alphabet: string) => {
  for (const row of tally(words, alphabet)) {
    expect(chiSquare(row)).toBeLessThan(limit(alphabet.length - 1));
  }
};

describe('R-040: binding codes', () => {
  const codes = Array.from({ length: 200_000 }, () => bindingCode(random, 6));
  test('are even in every digit', () => even(codes, '0123456789'));
  test('are even over the whole range', () => {
    const buckets = zeros(1000);
    for (const code of codes) {
      const at = Math.floor(Number(code) / 1000);
      buckets[at] = (buckets[at] ?? 0) + 1;
    }
    expect(chiSquare(buckets)).toBeLessThan(limit(999));
  });
  test('keep their leading zeros: a tenth starts with 0', () => {
    expect(codes.every((it) => /^[0-9]{6}$/.test(it))).toBe(true);
    const share = codes.filter((it) => it.startsWith('0')).length / codes.length;
    expect(share).toBeGreaterThan(0.095);
    expect(share).toBeLessThan(0.105);
  });
  test('say the smallest and the largest number in full', () => {
    const fixed = (value: number): Random => ({ ...random, integer: () => value });
    expect(bindingCode(fixed(0), 6)).toBe('000000');
    expect(bindingCode(fixed(7), 10)).toBe('0000000007');
    expect(bindingCode(fixed(999_999), 6)).toBe('999999');
  });
  test.each([6, 7, 8, 9, 10])('of %i digits draw from the whole range', (digits) => {
    const limits: number[] = [];
    bindingCode({ ...random, integer: (it) => limits.push(it) - 1 }, digits);
    expect(limits).toEqual([10 ** digits]);
  });
});

describe('ids and secrets', () => {
  const WORD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  test('an authenticator id is dev_ and 16 characters of 62, without modulo bias', () => {
    const ids = Array.from({ length: 15_000 }, () => authenticatorId(random));
    expect(ids.every((it) => /^dev_[A-Za-z0-9]{16}$/.test(it))).toBe(true);
    even(
      ids.map((it) => it.slice(4)),
      WORD,
    );
  });
  test('a recovery code is 24 characters of 32 that nobody confuses', () => {
    const codes = Array.from({ length: 10_000 }, () => recoveryCode(random));
    even(codes, 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789');
    expect(new Set(codes).size).toBe(codes.length);
  });
  test('a TOTP secret is 32 characters of base32, 160 bits', () => {
    even(
      Array.from({ length: 10_000 }, () => totpSecret(random)),
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
    );
  });
});

describe('the pool of random bytes', () => {
  test('never hands out the same bytes twice, at any size', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 3000; i++) {
      const bytes = random.bytes(16 + (i % 300));
      expect(bytes.length).toBe(16 + (i % 300));
      seen.add(bytes.subarray(0, 16).toString('hex'));
    }
    expect(seen.size).toBe(3000);
  });
  test('what was handed out does not change later', () => {
    const bytes = random.bytes(32);
    const copy = Buffer.from(bytes);
    for (let i = 0; i < 1000; i++) random.bytes(32);
    expect(bytes.equals(copy)).toBe(true);
  });
});
