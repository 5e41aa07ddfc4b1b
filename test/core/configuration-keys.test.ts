// Each mistake of a host: a TypeError with a stable code, the option's path, and what to write instead.
import { createMfa } from 'express-mfa';
import { describe, test } from 'vitest';
import { type Case, refuses, validOptions } from './configuration.js';

const valid = await validOptions();
const { keys } = valid;
const ring = (secret: string, id = 'k1') => ({ current: { id, secret } });
const same = keys.pepper.current.secret;
const [rsa] = keys.signing;

const keyCases: readonly Case[] = [
  ['a short pepper', 'ERR_MFA_KEY', 'keys.pepper', { pepper: ring('c2hvcnQ') }, /32 random bytes/],
  [
    'a sample',
    'ERR_MFA_KEY',
    'keys.pepper',
    { pepper: ring('A'.repeat(43)) },
    /npx express-mfa keys/,
  ],
  [
    'no base64url',
    'ERR_MFA_KEY',
    'keys.encryption',
    { encryption: ring(`${'ab/+'.repeat(12)}`) },
    /base64url/,
  ],
  [
    'two of one id',
    'ERR_MFA_KEY',
    'keys.pepper',
    { pepper: { ...keys.pepper, previous: [{ ...keys.pepper.current }] } },
    /same id/,
  ],
  [
    'pepper = encryption key',
    'ERR_MFA_KEY_REUSED',
    'keys',
    { encryption: ring(same) },
    /must differ/,
  ],
  [
    'the same bytes spelled otherwise',
    'ERR_MFA_KEY_REUSED',
    'keys',
    { encryption: ring(respelled(same)) },
    /must differ/,
  ],
  [
    'a bad id',
    'ERR_MFA_OPTION',
    'keys.pepper.current.id',
    { pepper: ring(same, 'a.b') },
    /A-Z a-z/,
  ],
  ['no signing key', 'ERR_MFA_OPTION', 'keys.signing', { signing: [] }, /./],
  [
    'HS256 key',
    'ERR_MFA_SIGNING_KEY',
    'keys.signing[0]',
    { signing: [{ kty: 'oct', k: same }] },
    /JWK/,
  ],
  [
    'a public key',
    'ERR_MFA_SIGNING_KEY',
    'keys.signing[0]',
    { signing: [{ kty: 'RSA', n: rsa?.['n'], e: rsa?.['e'] }] },
    /private JWK/,
  ],
  [
    'only ES256',
    'ERR_MFA_SIGNING_KEY',
    'keys.signing',
    { signing: keys.signing.slice(1) },
    /add a key for RS256/,
  ],
  [
    'RS256 called HS256',
    'ERR_MFA_SIGNING_KEY',
    'keys.signing[0]',
    { signing: [{ ...rsa, alg: 'HS256' }] },
    /RS256/,
  ],
];

/** Another last character that decodes to the same bytes: 32 bytes leave two bits of it unused. */
function respelled(secret: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return secret.slice(0, -1) + alphabet[alphabet.indexOf(secret.at(-1) as string) ^ 1];
}

describe('R-143: createMfa() refuses', () => {
  test.each(keyCases)('%s', (_, code, path, given, advice) => {
    const options = { ...valid, keys: { ...keys, ...(given as object) } };
    refuses(() => createMfa(options as never), [code, path, advice], keys);
  });
});
