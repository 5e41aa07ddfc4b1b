import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** Signature algorithms that are offered; never HS* or none (security.md D23). */
export type Algorithm = 'RS256' | 'ES256';

/** One signing key, imported once. */
export interface SigningKeyPair {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly alg: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** As published in the JWKS. */
  readonly jwk: Readonly<Record<string, string>>;
}

/** Members that make the thumbprint, in the order that RFC 7638 section 3.2 prescribes. */
const REQUIRED = { RS256: ['e', 'kty', 'n'], ES256: ['crv', 'kty', 'x', 'y'] } as const;

/**
 * Imports a private JWK.
 *
 * @throws Error that says what is wrong with the key
 */
export function importSigningKey(jwk: Readonly<Record<string, unknown>>): SigningKeyPair {
  const privateKey = createPrivateKey({ key: jwk as never, format: 'jwk' });
  const { modulusLength = 0, namedCurve } = privateKey.asymmetricKeyDetails ?? {};
  let alg: Algorithm;
  if (privateKey.asymmetricKeyType === 'rsa') {
    if (modulusLength < 2048) throw new Error('an RSA key needs at least 2048 bits');
    alg = 'RS256';
  } else if (privateKey.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') {
    alg = 'ES256';
  } else {
    throw new Error('only RSA and EC P-256 keys can sign tokens');
  }
  if (jwk['alg'] !== undefined && jwk['alg'] !== alg) {
    throw new Error(`"alg" is ${JSON.stringify(jwk['alg'])}, but this key signs ${alg}`);
  }
  const publicKey = createPublicKey(privateKey);
  const members = publicKey.export({ format: 'jwk' }) as Record<string, string>;
  const canonical = Object.fromEntries(
    REQUIRED[alg].map((name) => [name, members[name] as string]),
  );
  const kid = createHash('sha256').update(JSON.stringify(canonical)).digest('base64url');
  return { kid, alg, privateKey, publicKey, jwk: { ...canonical, kid, alg, use: 'sig' } };
}

/** A new private key as JWK. */
export async function generateSigningKey(alg: Algorithm): Promise<JWK & { kty: string }> {
  const options = alg === 'RS256' ? { modulusLength: 2048 } : {};
  const { privateKey } = await generateKeyPair(alg, { ...options, extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kty: jwk.kty as string, alg, use: 'sig' };
}
