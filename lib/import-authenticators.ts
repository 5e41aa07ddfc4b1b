import { addressIndexes, oobCredential } from './authenticators/address.js';
import { otpCredential } from './authenticators/otp.js';
import { emailDestination } from './channels/email.js';
import { maskPhoneNumber } from './channels/phone-number.js';
import { commitWith } from './core/commit.js';
import type { Mfa } from './core/mfa.js';
import { authenticatorId } from './crypto/codes.js';
import { configurationError } from './errors.js';
import type { Authenticator } from './ports/index.js';

/** One authenticator as Auth0's bulk import writes it (`mfa_factors`). */
export type ImportedFactor =
  | { readonly totp: { readonly secret: string } }
  | { readonly phone: { readonly value: string } }
  | { readonly email: { readonly value: string } };

const MAX_FACTORS = 10;
const WANTED = 'must be { totp: { secret } }, { phone: { value } } or { email: { value } }';

const invalid = (i: number, problem: string) =>
  configurationError('ERR_MFA_IMPORT', `factors[${i}]`, problem);

/**
 * Gives a user who has no authenticator the ones from another system, active at once: secrets in base32, numbers in
 * E.164, at most 10. Recovery codes cannot be imported.
 *
 * @returns false when the user has authenticators already; nothing is changed then
 * @throws TypeError `ERR_MFA_IMPORT` with the index of the factor that is wrong
 * @example
 * ```ts
 * await importAuthenticators(mfa, 'u1', [{ totp: { secret: 'JBSWY3DPEHPK3PXP' } }, { phone: { value: '+15555550123' } }])
 * ```
 */
export async function importAuthenticators(
  mfa: Mfa,
  userId: string,
  factors: readonly ImportedFactor[],
): Promise<boolean> {
  if (typeof userId !== 'string' || userId === '') {
    throw configurationError('ERR_MFA_IMPORT', 'userId', 'pass the id of the user');
  }
  if (factors.length > MAX_FACTORS) throw invalid(MAX_FACTORS, `import at most ${MAX_FACTORS}`);
  return commitWith(mfa, async () => {
    const { account, authenticators } = await mfa.store.load({ userId });
    if (!account || authenticators.some(({ status }) => status === 'active')) {
      return { changes: undefined, result: false };
    }
    const put = factors.map((factor, i) => served(mfa, imported(mfa, userId, factor, i), i));
    const events = put.map(({ id, kind, name }) => ({
      event: 'authenticator.associate.confirmed' as const,
      userId,
      authenticatorId: id,
      kind,
      ...(name !== undefined && { target: name }),
      reason: 'imported',
    }));
    return { changes: { account, put: { authenticators: put } }, events, result: true };
  });
}

/** One that no configured type serves would count as enrolled, and could never be asked for: a locked-out user. */
function served(mfa: Mfa, authenticator: Authenticator, i: number): Authenticator {
  const { kind } = authenticator;
  if (mfa.types.some(({ kinds }) => kinds.includes(kind))) return authenticator;
  throw invalid(i, `no configured authenticator serves the kind ${kind}`);
}

function imported(mfa: Mfa, userId: string, factor: ImportedFactor, i: number): Authenticator {
  const id = authenticatorId(mfa.random);
  const base = { id, userId, status: 'active', createdAt: mfa.clock.now() } as const;
  if (typeof factor !== 'object' || factor === null) throw invalid(i, WANTED);
  if ('totp' in factor) {
    const secret = String(factor.totp?.secret)
      .replace(/[\s=-]/g, '')
      .toUpperCase();
    if (!/^[A-Z2-7]{16,128}$/.test(secret)) throw invalid(i, 'totp.secret must be base32');
    return { ...base, kind: 'otp', credential: otpCredential(mfa, secret, userId, id) };
  }
  const { kind, to, canonical, name } = destinationOf(factor, i);
  return {
    ...base,
    kind,
    name,
    credential: oobCredential(mfa, to, userId, id),
    address: addressIndexes(mfa, kind, canonical)[0],
  };
}

function destinationOf(factor: Exclude<ImportedFactor, { readonly totp: unknown }>, i: number) {
  if ('phone' in factor) {
    const to = String(factor.phone?.value);
    if (!/^\+[0-9]{1,15}$/.test(to)) throw invalid(i, 'phone.value must be E.164, +15555550123');
    return { kind: 'phone', to, canonical: to, name: maskPhoneNumber(to) };
  }
  const destination = emailDestination(factor.email?.value ?? '');
  if (!destination) throw invalid(i, WANTED);
  return { kind: 'email', name: destination.masked, ...destination };
}
