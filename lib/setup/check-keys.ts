import type { KeyRing, MfaKeys } from '../crypto/keys.js';
import { secretsOf } from '../crypto/secrets.js';
import { configurationError } from '../errors.js';
import { importSigningKey, type SigningKeyPair } from '../tokens/keys.js';

/** security.md D34 */
const MIN_BYTES = 32;

const advice = 'make a set with `npx express-mfa keys`';

/**
 * Refuses weak, shared or unusable secrets; imports the signing keys.
 *
 * @throws TypeError `ERR_MFA_KEY`, `ERR_MFA_KEY_REUSED`, `ERR_MFA_SIGNING_KEY`
 */
export function checkKeys(keys: MfaKeys, accessTokenAlgorithm: string): SigningKeyPair[] {
  const secrets = [
    ...checkRing('keys.pepper', keys.pepper),
    ...checkRing('keys.encryption', keys.encryption),
  ];
  if (new Set(secrets).size < secrets.length) {
    const problem = `each secret may stand once; pepper and encryption keys must differ; ${advice}`;
    throw configurationError('ERR_MFA_KEY_REUSED', 'keys', problem);
  }
  const pairs = keys.signing.map((jwk, i) => {
    try {
      return importSigningKey(jwk);
    } catch (error) {
      const problem = `${(error as Error).message}; pass a private JWK, or ${advice}`;
      throw configurationError('ERR_MFA_SIGNING_KEY', `keys.signing[${i}]`, problem);
    }
  });
  for (const alg of new Set(['RS256', accessTokenAlgorithm])) {
    if (pairs.some((pair) => pair.alg === alg)) continue;
    throw configurationError(
      'ERR_MFA_SIGNING_KEY',
      'keys.signing',
      `add a key for ${alg}; ${advice}`,
    );
  }
  return pairs;
}

function checkRing(path: string, ring: KeyRing): string[] {
  const all = secretsOf(ring);
  if (new Set(all.map(({ id }) => id)).size < all.length) {
    throw configurationError('ERR_MFA_KEY', path, 'two secrets have the same id');
  }
  return all.map(({ id, secret }) => {
    const bytes = Buffer.from(secret, 'base64url');
    const varied = new Set(bytes).size >= 8;
    if (!/^[\w-]+$/.test(secret) || bytes.length < MIN_BYTES || !varied) {
      const problem = `the secret "${id}" must be at least ${MIN_BYTES} random bytes in base64url; ${advice}`;
      throw configurationError('ERR_MFA_KEY', path, problem);
    }
    return bytes.toString('base64url');
  });
}
