import { describe, expect, test } from 'vitest';
import { keyedHash } from '../../lib/crypto/keyed-hash.js';
import { deriveRing, type Purpose } from '../../lib/crypto/secrets.js';
import { systemRandom } from '../../lib/ports/index.js';

const PURPOSES: readonly Purpose[] = ['code', 'recovery-code', 'address'];
const random = systemRandom();
const secret = (id: string) => ({ id, secret: random.bytes(32).toString('base64url') });
const old = secret('old');
const current = secret('new');
const hashes = (...[first, ...previous]: ReturnType<typeof secret>[]) =>
  keyedHash(deriveRing({ current: first ?? current, previous }, PURPOSES));

const { make, matches } = hashes(current);

test('what was made matches, and says by which key', () => {
  const stored = make('code', ['a', '123456']);
  expect(stored).toMatch(/^new\.[\w-]{43}$/);
  expect(matches('code', ['a', '123456'], stored)).toBe(true);
  expect(matches('code', ['a', '123457'], stored)).toBe(false);
});

describe('no two lists of parts are alike', () => {
  test.each([
    [
      ['ab', 'c'],
      ['a', 'bc'],
    ],
    [['a', 'b'], ['ab']],
    [['a'], ['a', '']],
    [[''], []],
    [['1:a'], ['a']],
    [['a1:b'], ['a', 'b']],
    [
      ['12', '3456'],
      ['123', '456'],
    ],
    [['é'], ['e\u0301']],
    [
      ['1', '2:ab'],
      ['1', '2', 'ab'],
    ],
  ])('%j and %j', (a, b) => {
    expect(matches('code', b, make('code', a))).toBe(false);
  });
});

test('a value of one purpose is worth nothing for another', () => {
  for (const made of PURPOSES) {
    for (const asked of PURPOSES) {
      expect(matches(asked, ['x'], make(made, ['x']))).toBe(made === asked);
    }
  }
});

describe('key ids', () => {
  test('a previous key still matches what it made, new values are of the current one', () => {
    const rotated = hashes(current, old);
    expect(rotated.matches('code', ['x'], hashes(old).make('code', ['x']))).toBe(true);
    expect(rotated.make('code', ['x'])).toBe(make('code', ['x']));
  });
  test('an unknown key id matches nothing', () => {
    expect(matches('code', ['x'], hashes(old).make('code', ['x']))).toBe(false);
  });
  test('the hash of one key under the name of another matches nothing', () => {
    const value = hashes(old).make('code', ['x']).replace(/^old/, 'new');
    expect(hashes(current, old).matches('code', ['x'], value)).toBe(false);
  });
  test.each(['', '.', 'new', 'new.', `new.${'A'.repeat(43)}`, 'new.A', '__proto__.x', 'undefined'])(
    'what was never made matches nothing: %j',
    (stored) => {
      expect(matches('code', ['x'], stored)).toBe(false);
    },
  );
});

test('without the pepper a code cannot be searched for', () => {
  const stored = make('code', ['123456']);
  expect(hashes(secret('new')).matches('code', ['123456'], stored)).toBe(false);
});
