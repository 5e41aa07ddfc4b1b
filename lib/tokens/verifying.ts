import { type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Clock } from '../ports/index.js';
import type { SigningKeyPair } from './keys.js';
import type { Authentication, Tokens } from './tokens.js';

/** An access token of ours that was checked. */
export interface VerifiedAccessToken {
  readonly id: string;
  readonly sub: string;
  readonly clientId: string;
  readonly scope: readonly string[];
  readonly authentication: Authentication;
  readonly epoch: number;
  /** Digest of the one action that the second factor confirmed. */
  readonly action?: string | undefined;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/** Whom an `id_token` was about. */
export interface IdTokenHint {
  readonly sub: string;
  readonly clientId: string;
}

/** `type` of our one sort of `authorization_details`. */
export const ACTION_TYPE = 'urn:express-mfa:action';

/** security.md D24 */
const LEEWAY_SECONDS = 30;
const ACCESS_CLAIMS = ['sub', 'exp', 'iat', 'jti', 'client_id', 'scope', 'auth_time'];

/** Checks tokens against our own keys, by exact `kid` (security.md ). */
export function verifying({
  issuer,
  keys,
  clock,
}: {
  readonly issuer: string;
  readonly keys: readonly SigningKeyPair[];
  readonly clock: Clock;
}): Pick<Tokens, 'verifyAccessToken' | 'readIdToken'> {
  /** Forged, foreign, expired: all the same to the caller. */
  const claimsOf = async (token: string, options: JWTVerifyOptions) => {
    if (!isCanonical(token)) return undefined;
    const verified = await jwtVerify(
      token,
      ({ kid, alg }) => {
        const key = keys.find((it) => it.kid === kid && it.alg === alg);
        if (!key) throw new Error('unknown key');
        return key.publicKey;
      },
      { issuer, ...options },
    ).catch(() => undefined);
    return verified?.payload;
  };

  return {
    async verifyAccessToken(token, audience) {
      const claims = await claimsOf(token, {
        ...(audience !== undefined && { audience }),
        algorithms: ['RS256', 'ES256'],
        typ: 'at+jwt',
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(clock.now()),
        requiredClaims: ACCESS_CLAIMS,
      });
      return claims && readClaims(claims);
    },

    async readIdToken(token) {
      const claims = await claimsOf(token, {
        algorithms: ['RS256'],
        typ: 'JWT',
        currentDate: new Date(0), // so that none has expired (OpenID Connect RP-Initiated Logout section 2)
        requiredClaims: ['sub', 'aud', 'auth_time'],
      });
      const { sub, aud } = claims ?? {};
      return typeof sub === 'string' && typeof aud === 'string'
        ? { sub, clientId: aud }
        : undefined;
    },
  };
}

/** What was signed is one text; so is the token: the signature in its one spelling, without padding (RFC 7515 section 2). */
function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

function readClaims(claims: Readonly<Record<string, unknown>>): VerifiedAccessToken | undefined {
  const { sub, jti, client_id: clientId, scope, amr, auth_time: authTime, exp } = claims;
  const { mfa_epoch: cuts = 0 } = claims;
  const texts = [sub, jti, clientId, scope].every((it) => typeof it === 'string');
  if (!texts || typeof authTime !== 'number' || typeof exp !== 'number') return undefined;
  if (typeof cuts !== 'number') return undefined;
  return {
    id: jti as string,
    sub: sub as string,
    clientId: clientId as string,
    scope: (scope as string).split(' '),
    authentication: {
      amr: Array.isArray(amr) ? amr.filter((it) => typeof it === 'string') : [],
      at: authTime * 1000,
    },
    epoch: cuts,
    action: actionIn(claims['authorization_details']),
    expiresAt: exp * 1000,
  };
}

function actionIn(details: unknown): string | undefined {
  const [first] = Array.isArray(details) ? details : [];
  const { type, digest } = (first ?? {}) as { readonly type?: unknown; readonly digest?: unknown };
  return type === ACTION_TYPE && typeof digest === 'string' ? digest : undefined;
}
