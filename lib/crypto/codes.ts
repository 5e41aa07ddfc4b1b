import type { Random } from '../ports/index.js';

/** `digits` decimal digits, leading zeros kept, without bias (security.md D1). */
export function bindingCode(random: Random, digits: number): string {
  return String(random.integer(10 ** digits)).padStart(digits, '0');
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const RECOVERY = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const WORD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const from32 = (random: Random, alphabet: string, length: number): string =>
  // 256 is a multiple of 32, so the remainder has no bias
  Array.from(random.bytes(length), (byte) => alphabet[byte % 32]).join('');

/** 24 characters of 32, 120 bits; none that a reader confuses (security.md D26). */
export const recoveryCode = (random: Random): string => from32(random, RECOVERY, 24);

/** A TOTP secret: 32 base32 characters, 160 bits (RFC 4226 R6). */
export const totpSecret = (random: Random): string => from32(random, BASE32, 32);

/** `msg_` and 128 bits: the id of a message that belongs to no login. */
export const messageId = (random: Random): string =>
  `msg_${random.bytes(16).toString('base64url')}`;

/** `dev_` and 16 characters of 62: the id of an authenticator, 95 bits. */
export function authenticatorId(random: Random): string {
  let id = 'dev_';
  for (let i = 0; i < 16; i++) id += WORD[random.integer(WORD.length)];
  return id;
}
