import type { MfaKeys, NamedSecret } from '../crypto/keys.js';
import { type Random, systemRandom } from '../ports/index.js';
import { generateSigningKey } from '../tokens/keys.js';

/** A random secret under a random name. */
export const newSecret = (random: Random): NamedSecret => ({
  id: random.bytes(6).toString('base64url'),
  secret: random.bytes(32).toString('base64url'),
});

/**
 * A new set of secrets: pepper, encryption key, an RS256 and an ES256 signing key; `npx express-mfa keys` prints one. Keep it like a password: the
 * JSON of it is what every process of a deployment needs.
 *
 * @example
 * ```ts
 * await writeFile('keys.json', JSON.stringify(await generateKeys()), { mode: 0o600 })
 * ```
 */
export async function generateKeys(): Promise<MfaKeys> {
  const random = systemRandom();
  const ring = () => ({ current: newSecret(random) });
  const signing = await Promise.all([generateSigningKey('RS256'), generateSigningKey('ES256')]);
  return { pepper: ring(), encryption: ring(), signing };
}
