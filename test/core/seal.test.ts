import { describe, expect, test } from 'vitest';
import { sealing } from '../../lib/crypto/seal.js';
import { deriveRing } from '../../lib/crypto/secrets.js';
import { systemRandom } from '../../lib/ports/index.js';

const random = systemRandom();
const secret = (id: string) => ({ id, secret: random.bytes(32).toString('base64url') });
const old = secret('old');
const current = secret('new');
const seals = (...[first, ...previous]: ReturnType<typeof secret>[]) =>
  sealing(deriveRing({ current: first ?? current, previous }, ['seal']), random);

const { seal, open } = seals(current);
const ANN = ['totp1', 'https://auth.example.com/', 'ann', 'dev_1'];
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('what is sealed', () => {
  test.each(['', SECRET, '+15555550123', 'ünïcode 🔐', 'x'.repeat(5000)])(
    'comes back: %j',
    (text) => {
      expect(open(seal(text, ANN), ANN)).toBe(text);
    },
  );
  test('never looks the same twice, and does not show the plain text', () => {
    const sealed = Array.from({ length: 100 }, () => seal(SECRET, ANN));
    expect(new Set(sealed).size).toBe(100);
    for (const it of sealed) {
      expect(Buffer.from(it.slice(4), 'base64url').includes(SECRET)).toBe(false);
    }
  });
  test('names its key', () => {
    expect(seal(SECRET, ANN)).toMatch(/^new\.[\w-]+$/);
  });
});

describe('R-073: it opens only for the record it was made for', () => {
  test.each([
    ['another user', ['totp1', 'https://auth.example.com/', 'bob', 'dev_1']],
    ['another authenticator', ['totp1', 'https://auth.example.com/', 'ann', 'dev_2']],
    ['another issuer', ['totp1', 'https://auth.example.org/', 'ann', 'dev_1']],
    ['another purpose', ['oob1', 'https://auth.example.com/', 'ann', 'dev_1']],
    ['the same characters cut elsewhere', ['totp1', 'https://auth.example.com/', 'anndev_', '1']],
    ['joined with a comma', ['totp1', 'https://auth.example.com/', 'ann","dev_1']],
    ['nobody', []],
  ])('%s', (_, identity) => {
    expect(() => open(seal(SECRET, ANN), identity)).toThrow();
  });
  test('ids that differ only in how Unicode composes them are two', () => {
    const composed = ['totp1', 'i', 'é', 'd'];
    const decomposed = ['totp1', 'i', 'e\u0301', 'd'];
    expect(() => open(seal(SECRET, composed), decomposed)).toThrow();
  });
  test('lone surrogates are not confused with each other', () => {
    expect(() => open(seal(SECRET, ['\ud800']), ['\ud801'])).toThrow();
  });
});

describe('tampering is found in every region', () => {
  const sealed = seal(SECRET, ANN);
  const bytes = Buffer.from(sealed.slice(4), 'base64url');
  const regions: [string, number, number][] = [
    ['nonce of the wrapped key', 0, 12],
    ['wrapped key', 12, 44],
    ['tag of the wrapped key', 44, 60],
    ['nonce of the text', 60, 72],
    ['text', 72, bytes.length - 16],
    ['tag of the text', bytes.length - 16, bytes.length],
  ];
  test.each(regions)('%s', (_, from, to) => {
    for (let at = from; at < to; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => open(`new.${changed.toString('base64url')}`, ANN)).toThrow();
    }
  });
  test('cut at any length', () => {
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length).toString('base64url');
      expect(() => open(`new.${cut}`, ANN)).toThrow();
    }
  });
  test('the text of one under the key of another', () => {
    const other = Buffer.from(seal('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', ANN).slice(4), 'base64url');
    const mixed = Buffer.concat([bytes.subarray(0, 60), other.subarray(60)]);
    expect(() => open(`new.${mixed.toString('base64url')}`, ANN)).toThrow();
  });
  test.each(['', '.', 'new', 'new.', 'nobody.AAAA', 'proto', '__proto__.AAAA', 'constructor.AA'])(
    'what is not sealed at all: %j',
    (text) => {
      expect(() => open(text, ANN)).toThrow();
    },
  );
});

describe('rotation', () => {
  test('what a previous key sealed still opens, new values are under the current one', () => {
    const before = seals(old).seal(SECRET, ANN);
    const rotated = seals(current, old);
    expect(rotated.open(before, ANN)).toBe(SECRET);
    expect(rotated.seal(SECRET, ANN)).toMatch(/^new\./);
  });
  test('a previous key that was removed opens nothing', () => {
    expect(() => open(seals(old).seal(SECRET, ANN), ANN)).toThrow();
  });
  test('the same name with another secret opens nothing', () => {
    expect(() => seals(secret('new')).open(seal(SECRET, ANN), ANN)).toThrow();
  });
  test('the error text holds neither the value nor the plain text', () => {
    const sealed = seals(old).seal(SECRET, ANN);
    expect(() => open(sealed, ANN)).toThrow(/^no encryption key named old$/);
  });
});
