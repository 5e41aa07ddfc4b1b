import { type CryptoKey, importJWK, jwtVerify, SignJWT } from 'jose';
import type { Clock, Random } from '../ports/index.js';
import type { Algorithm, SigningKeyPair } from './keys.js';

/** A proof of the multi-factor kind (OpenID PAPE). */
const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

/** What an access token or `id_token` says about the event that it was issued for. */
export interface Authentication {
  /** Methods that passed (RFC 8176), `mfa` among them when there were two. */
  readonly amr: readonly string[];
  /** When the last of them passed (ms). */
  readonly at: number;
}

export interface AccessTokenClaims {
  readonly sub: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: string;
  /** `gty`: the grant that began the login. */
  readonly grant: string;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly authentication: Authentication;
  /** How often the user's password had changed, for the MFA API; 0 when left out. */
  readonly epoch?: number | undefined;
}

export interface IdTokenClaims {
  readonly clientId: string;
  /** `sub` and the profile claims. */
  readonly claims: Readonly<Record<string, unknown>> & { readonly sub: string };
  readonly lifetime: number;
  readonly authentication: Authentication;
  /** Whether `amr` and `acr` are said. */
  readonly withAmr: boolean;
}

/** An access token of ours that was checked. */
export interface VerifiedAccessToken {
  readonly id: string;
  readonly sub: string;
  readonly clientId: string;
  readonly scope: readonly string[];
  readonly authentication: Authentication;
  readonly epoch: number;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/** Signs and checks JWTs; the only place that knows their shape (RFC 9068, OpenID Connect Core section 2). */
export interface Tokens {
  accessToken(claims: AccessTokenClaims): Promise<string>;
  idToken(claims: IdTokenClaims): Promise<string>;
  /** @returns undefined when the token is not ours, not for this audience, of another type, or expired */
  verifyAccessToken(token: string, audience: string): Promise<VerifiedAccessToken | undefined>;
  /** Public keys (RFC 7517). */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, string>>[] };
  /** `acr` of a second factor that passed. */
  readonly multiFactor: string;
}

const LEEWAY_SECONDS = 30;
const epoch = (ms: number) => Math.floor(ms / 1000);

const acr = (amr: readonly string[]) =>
  amr.includes('mfa') && !amr.includes('recovery') ? { acr: MULTI_FACTOR } : {};

const event = ({ amr, at }: Authentication) => ({ amr, ...acr(amr), auth_time: epoch(at) });

type Imported = SigningKeyPair & { readonly signing: () => Promise<CryptoKey | Uint8Array> };

/** Each private key becomes a WebCrypto key once, at first use. */
function importOnce(pair: SigningKeyPair): Imported {
  let key: Promise<CryptoKey | Uint8Array> | undefined;
  const jwk = () => ({ ...pair.privateKey.export({ format: 'jwk' }), alg: pair.alg });
  return {
    ...pair,
    signing() {
      key ??= importJWK(jwk(), pair.alg);
      return key;
    },
  };
}

export function createTokens(options: {
  readonly issuer: string;
  readonly keys: readonly SigningKeyPair[];
  readonly accessTokenAlgorithm: Algorithm;
  readonly clock: Clock;
  readonly random: Random;
}): Tokens {
  const { issuer, clock, random } = options;
  const keys = options.keys.map(importOnce);
  const first = (alg: Algorithm) => keys.find((key) => key.alg === alg) as Imported;
  const accessKey = first(options.accessTokenAlgorithm);
  const idKey = first('RS256');

  async function sign(key: Imported, typ: string, lifetime: number, claims: object) {
    const now = clock.now();
    return new SignJWT({ iss: issuer, ...claims, iat: epoch(now), exp: epoch(now + lifetime) })
      .setProtectedHeader({ alg: key.alg, typ, kid: key.kid })
      .sign(await key.signing());
  }

  return {
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    multiFactor: MULTI_FACTOR,

    accessToken: ({
      sub,
      clientId,
      audience,
      scope,
      grant,
      lifetime,
      authentication,
      epoch: cuts,
    }) =>
      sign(accessKey, 'at+jwt', lifetime, {
        sub,
        aud: audienceOf(issuer, audience, scope),
        azp: clientId,
        client_id: clientId,
        jti: random.bytes(16).toString('base64url'),
        scope,
        gty: grant,
        ...event(authentication),
        ...(cuts && { mfa_epoch: cuts }),
      }),

    idToken: ({ clientId, claims, lifetime, authentication, withAmr }) =>
      sign(idKey, 'JWT', lifetime, {
        ...claims,
        aud: clientId,
        ...(withAmr ? event(authentication) : { auth_time: epoch(authentication.at) }),
      }),

    async verifyAccessToken(token, audience) {
      const verified = await jwtVerify(
        token,
        ({ kid, alg }) => {
          const key = keys.find((it) => it.kid === kid && it.alg === alg);
          if (!key) throw new Error('unknown key');
          return key.publicKey;
        },
        {
          issuer,
          audience,
          algorithms: ['RS256', 'ES256'],
          typ: 'at+jwt',
          clockTolerance: LEEWAY_SECONDS,
          currentDate: new Date(clock.now()),
          requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id', 'scope', 'auth_time'],
        },
      ).catch(() => undefined); // forged, foreign, expired: all the same to the caller
      return verified && readClaims(verified.payload);
    },
  };
}

/** The audience, and with `openid` the userinfo endpoint beside it, as Auth0 does. */
function audienceOf(issuer: string, audience: string, scope: string): string | string[] {
  const userinfo = `${issuer}userinfo`;
  return audience !== userinfo && scope.split(' ').includes('openid')
    ? [audience, userinfo]
    : audience;
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
    expiresAt: exp * 1000,
  };
}
