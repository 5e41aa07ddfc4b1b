import { Secret, TOTP } from 'otpauth';
import type { Association, AuthenticatorType, Step } from '../core/authenticator-type.js';
import { challengeable, isEnrolled } from '../core/enrollment/enrolled.js';
import { comparable } from '../core/guesses/comparable.js';
import type { Mfa } from '../core/mfa.js';
import { digits } from '../core/params.js';
import { totpSecret } from '../crypto/codes.js';
import { configurationError, errors } from '../errors.js';
import type { Authenticator } from '../ports/index.js';

/** Time-based codes (RFC 6238): SHA-1, 6 digits, 30 seconds, what every authenticator app knows. */
const DIGITS = 6;
const PERIOD = 30;

export interface OtpOptions {
  /** Name of the app in the user's authenticator app, without a colon. */
  readonly issuer: string;
  /** Accept the current and the previous step only, not the next one. Default false (security.md D25). */
  readonly strict?: boolean | undefined;
}

/** What an otp authenticator keeps: the sealed secret, and the last step that was used (RFC 6238 section 5.2). */
interface Credential {
  readonly secret: string;
  readonly step?: number | undefined;
}

const sealedFor = (mfa: Mfa, userId: string, id: string) => ['totp1', mfa.issuer, userId, id];

/** The credential of a secret in base32; also for secrets that are imported. */
export const otpCredential = (mfa: Mfa, secret: string, userId: string, id: string): string =>
  JSON.stringify({ secret: mfa.seal.seal(secret, sealedFor(mfa, userId, id)) });

/**
 * The step whose code this is, from one step before to one step after the time of the server.
 *
 * @param after - a step that was used: it and those before it are refused (RFC 6238 section 5.2)
 */
export function matchingStep(
  secret: string,
  code: string,
  { now, after, strict }: { now: number; after: number | undefined; strict: boolean },
): number | undefined {
  const totp = new TOTP({ secret: Secret.fromBase32(secret), digits: DIGITS, period: PERIOD });
  const delta = totp.validate({ token: code, timestamp: now, window: 1 });
  if (delta === null || (strict && delta > 0)) return undefined;
  const step = Math.floor(now / 1000 / PERIOD) + delta;
  return after === undefined || step > after ? step : undefined;
}

/**
 * Codes from an authenticator app.
 *
 * @throws TypeError `ERR_MFA_OPTION` when the issuer is missing or has a colon
 * @example
 * ```ts
 * otp({ issuer: 'Example' })
 * ```
 */
export function otp(options: OtpOptions): AuthenticatorType {
  const { issuer, strict = false } = options ?? {};
  if (typeof issuer !== 'string' || issuer === '' || issuer.includes(':')) {
    const problem = "name your app as authenticator apps shall show it, for example 'Example'";
    throw configurationError('ERR_MFA_OPTION', 'otp.issuer', problem);
  }
  const type: AuthenticatorType = {
    name: 'otp',
    grantType: 'http://auth0.com/oauth/grant-type/mfa-otp',
    kinds: ['otp'],
    offered: ['otp'],
    lane: 'factor',
    chance: (strict ? 2 : 3) / 10 ** DIGITS,
    entries: (authenticator) => [{ id: `totp|${authenticator.id}`, type, authenticator }],
    readProof: (_mfa, params) => ({ value: params.required('otp', digits(DIGITS)) }),
    bind: (mfa, _proof, step) => bind(mfa, step),
    match(mfa, { value = '' }, candidate, { now }) {
      const credential: Credential = JSON.parse(candidate.credential);
      const secret = open(mfa, candidate, credential);
      if (secret === undefined) return undefined;
      const matched = matchingStep(secret, value, { now, after: credential.step, strict });
      if (matched === undefined) {
        if (matchingStep(secret, value, { now, after: undefined, strict }) !== undefined) {
          const { userId, id } = candidate;
          mfa.emit({ event: 'mfa.verify.replayed', userId, authenticatorId: id, kind: 'otp' });
        }
        return undefined;
      }
      return { credential: JSON.stringify({ ...credential, step: matched }) };
    },
    amr: () => ['otp'],
    wrong: errors.wrongOtp,
    reseal,
    associate: async (mfa) => association(mfa, issuer),
  };
  return type;
}

function bind(mfa: Mfa, step: Step) {
  const candidates = comparable(mfa, step, ['otp']);
  if (candidates.length > 0) return { candidates };
  // An access token confirms what it started, once: there is nothing left to compare with.
  if (step.transaction.reusable) throw errors.wrongOtp();
  if (!isEnrolled(step.authenticators)) throw errors.notEnrolled();
  throw errors.noCommonType('otp', challengeable(mfa, step));
}

/** Undefined, and an alarm, when it was moved to another row or its key is gone: no code matches it then. */
function open(mfa: Mfa, { userId, id }: Authenticator, { secret }: Credential): string | undefined {
  try {
    return mfa.seal.open(secret, sealedFor(mfa, userId, id));
  } catch (cause) {
    mfa.emit({ event: 'totp.secret.decrypt_failed', userId, authenticatorId: id, cause });
    return undefined;
  }
}

function reseal(mfa: Mfa, authenticator: Authenticator): Authenticator | undefined {
  const credential: Credential = JSON.parse(authenticator.credential);
  if (mfa.seal.isCurrent(credential.secret)) return undefined;
  const secret = open(mfa, authenticator, credential);
  if (secret === undefined) throw new Error('the secret does not open');
  const { userId, id } = authenticator;
  const sealed = mfa.seal.seal(secret, sealedFor(mfa, userId, id));
  return { ...authenticator, credential: JSON.stringify({ ...credential, secret: sealed }) };
}

function association(mfa: Mfa, issuer: string): Association {
  const secret = totpSecret(mfa.random);
  return {
    kind: 'otp',
    credential: (userId, id) => otpCredential(mfa, secret, userId, id),
    wireId: (id) => `totp|${id}`,
    answer: (label) => ({
      secret,
      manual_input_code: secret,
      barcode_uri: new TOTP({ issuer, label, secret, digits: DIGITS, period: PERIOD }).toString(),
    }),
  };
}
