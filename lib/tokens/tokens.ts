import { type CryptoKey, importJWK, SignJWT } from 'jose';
import type { Clock, FirstProof, Random } from '../ports/index.js';
import type { Algorithm, SigningKeyPair } from './keys.js';
import { ACTION_TYPE, type IdTokenHint, type VerifiedAccessToken, verifying } from './verifying.js';

export type { IdTokenHint, VerifiedAccessToken } from './verifying.js';

/** A proof of the multi-factor kind (OpenID PAPE). */
const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

/** What an access token or `id_token` says about the event that it was issued for. */
export interface Authentication {
  /** Methods that passed (RFC 8176), `mfa` among them when there were two. */
  readonly amr: readonly string[];
  /** When the last of them passed (ms). */
  readonly at: number;
  /** What proved the first factor, where it was no password; stands in no token. */
  readonly first?: FirstProof | undefined;
}

export interface AccessTokenClaims {
  readonly sub: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: string;
  /** `gty`: the grant that began the login; not said of the code flow (wire.md section 9). */
  readonly grant: string | undefined;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly authentication: Authentication;
  /** How often the user's password had changed, for our own endpoints; 0 when left out. */
  readonly epoch?: number | undefined;
  /** Digest of the one action that the second factor confirmed. */
  readonly action?: string | undefined;
}

export interface IdTokenClaims {
  readonly clientId: string;
  /** `sub` and the profile claims. */
  readonly claims: Readonly<Record<string, unknown>> & { readonly sub: string };
  readonly lifetime: number;
  readonly authentication: Authentication;
  /** Whether `amr` and `acr` are said. */
  readonly withAmr: boolean;
  /** As the request for an authorization code had it; never said otherwise (wire.md 10.2). */
  readonly nonce?: string | undefined;
}

/** Signs and checks JWTs; the only place that knows their shape (RFC 9068, OpenID Connect Core section 2). */
export interface Tokens {
  accessToken(claims: AccessTokenClaims): Promise<string>;
  idToken(claims: IdTokenClaims): Promise<string>;
  /**
   * @param audience - undefined: any
   * @returns undefined when the token is not ours, not for this audience, of another type, or expired
   */
  verifyAccessToken(
    token: string,
    audience: string | undefined,
  ): Promise<VerifiedAccessToken | undefined>;
  /** An `id_token` of ours, be it expired: who is meant, no proof of anything. */
  readIdToken(token: string): Promise<IdTokenHint | undefined>;
  /** Public keys (RFC 7517). */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, string>>[] };
  /** `acr` of a second factor that passed. */
  readonly multiFactor: string;
}

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
      action,
    }) =>
      sign(accessKey, 'at+jwt', lifetime, {
        sub,
        aud: audienceOf(issuer, audience, scope),
        azp: clientId,
        client_id: clientId,
        jti: random.bytes(16).toString('base64url'),
        scope,
        ...(grant && { gty: grant }),
        ...event(authentication),
        ...(cuts && { mfa_epoch: cuts }),
        // RFC 9396 section 2
        ...(action && { authorization_details: [{ type: ACTION_TYPE, digest: action }] }),
      }),

    idToken: ({ clientId, claims, lifetime, authentication, withAmr, nonce }) =>
      sign(idKey, 'JWT', lifetime, {
        ...claims,
        aud: clientId,
        ...(nonce !== undefined && { nonce }),
        ...(withAmr ? event(authentication) : { auth_time: epoch(authentication.at) }),
      }),

    ...verifying({ issuer, keys, clock }),
  };
}

/** The audience, and with `openid` the userinfo endpoint beside it, as Auth0 does. */
function audienceOf(issuer: string, audience: string, scope: string): string | string[] {
  const userinfo = `${issuer}userinfo`;
  return audience !== userinfo && scope.split(' ').includes('openid')
    ? [audience, userinfo]
    : audience;
}
