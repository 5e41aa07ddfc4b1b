import { describe, expect, test } from 'vitest';
import { handles } from '../../lib/crypto/handle.js';
import { deriveRing } from '../../lib/crypto/secrets.js';
import { systemRandom } from '../../lib/ports/index.js';

const ISSUER = 'https://auth.example.com/';
const NOW = Date.UTC(2026, 0, 15, 12);
const LATER = NOW + 600_000;
const random = systemRandom();
const secret = (id: string) => ({ id, secret: random.bytes(32).toString('base64url') });
const old = secret('old');
const current = secret('new');
const ring = (...[first, ...previous]: ReturnType<typeof secret>[]) =>
  deriveRing({ current: first ?? current, previous }, ['handle']);

const ours = handles(ring(current), ISSUER, random);
const { handle, id } = ours.make('mfa', LATER);
const body = handle.slice('mfa_'.length);
const bytes = () => Buffer.from(body, 'base64url');
const MALFORMED = { state: 'malformed' };
const read = (text: string, now = NOW) => ours.read('mfa', text, now);

describe('a handle', () => {
  test('is read back with the id that it was made with', () => {
    expect(read(handle)).toMatchObject({ state: 'valid', id });
  });
  test('is an opaque word that cannot be a JWT and does not hold its id', () => {
    expect(handle).toMatch(/^mfa_[\w-]{70}$/);
    expect(handle).not.toContain(id);
  });
  test('differs every time', () => {
    const many = Array.from({ length: 1000 }, () => ours.make('oob', LATER).handle);
    expect(new Set(many).size).toBe(1000);
  });
  test('is dead at its expiry, to the second', () => {
    expect(read(handle, LATER - 1).state).toBe('valid');
    expect(read(handle, LATER).state).toBe('expired');
  });
});

describe('refused as malformed, whatever is wrong', () => {
  test('the other kind', () => {
    expect(ours.read('oob', handle, NOW)).toEqual(MALFORMED);
    expect(ours.read('oob', `oob_${body}`, NOW)).toEqual(MALFORMED);
  });
  test('another issuer with the same keys', () => {
    const other = handles(ring(current), 'https://auth.example.org/', random);
    expect(other.read('mfa', handle, NOW)).toEqual(MALFORMED);
  });
  test('an issuer that is a prefix of ours', () => {
    const other = handles(ring(current), 'https://auth.example.com', random);
    expect(other.read('mfa', handle, NOW)).toEqual(MALFORMED);
  });
  test('a key that is not in the ring', () => {
    const other = handles(ring(secret('new')), ISSUER, random);
    expect(other.read('mfa', handle, NOW)).toEqual(MALFORMED);
  });
  test('any single bit that differs', () => {
    for (let bit = 0; bit < bytes().length * 8; bit++) {
      const forged = bytes();
      forged[bit >> 3] = (forged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(read(`mfa_${forged.toString('base64url')}`)).toEqual(MALFORMED);
    }
  });
  test('any length but the whole', () => {
    for (let length = 0; length < body.length; length++) {
      expect(read(`mfa_${body.slice(0, length)}`)).toEqual(MALFORMED);
    }
    expect(read(`${handle}A`)).toEqual(MALFORMED);
    expect(read(`mfa_${'A'.repeat(100_000)}`)).toEqual(MALFORMED);
  });
  test('a later expiry with the same tag', () => {
    const forged = bytes();
    forged.writeUInt32BE(0xffff_ffff, 32);
    expect(read(`mfa_${forged.toString('base64url')}`)).toEqual(MALFORMED);
  });
  test('every spelling of the same bytes that is not canonical', () => {
    const last = body.at(-1) as string;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const spellings = [
      ...Array.from(alphabet)
        .filter((it) => it !== last)
        .map((it) => body.slice(0, -1) + it),
      body.replaceAll('-', '+').replaceAll('_', '/').replace(/^./, '+'),
      `${body}==`,
      `${body.slice(0, 35)}\n${body.slice(35)}`,
      ` ${body}`,
    ];
    for (const spelling of spellings) expect(read(`mfa_${spelling}`)).toEqual(MALFORMED);
  });
  test.each([
    '',
    'mfa_',
    'mfa',
    `MFA_${body}`,
    `_${body}`,
    body,
    `mfa_${'A'.repeat(70)}`,
    'mfa_\0',
  ])('%j', (text) => {
    expect(read(text)).toEqual(MALFORMED);
  });
});

describe('rotation', () => {
  test('a handle of a previous key is accepted, new ones are made with the current key', () => {
    const before = handles(ring(old), ISSUER, random).make('oob', LATER);
    const rotated = handles(ring(current, old), ISSUER, random);
    expect(rotated.read('oob', before.handle, NOW)).toMatchObject({
      state: 'valid',
      id: before.id,
    });
    const made = rotated.make('oob', LATER);
    expect(ours.read('oob', made.handle, NOW)).toMatchObject({ state: 'valid', id: made.id });
  });
  test('once the previous key is gone, so are its handles', () => {
    const before = handles(ring(old), ISSUER, random).make('oob', LATER);
    expect(ours.read('oob', before.handle, NOW)).toEqual(MALFORMED);
  });
});
