import { MFA_SCOPES, OIDC_SCOPES } from '../core/audience.js';
import type { Mfa } from '../core/mfa.js';
import { grantsOf } from '../grants/index.js';
import type { Endpoint } from './endpoint.js';

/** Where the routers are mounted, below the issuer. */
export interface Paths {
  /** Mount point of `oauthRouter`. */
  readonly oauth: string;
  /** Mount point of `mfaRouter`. */
  readonly mfa: string;
}

const CLAIMS = 'iss sub aud exp iat auth_time amr acr name nickname picture email email_verified';

/** `GET /.well-known/openid-configuration` (OpenID Connect Discovery 1.0 section 3; RFC 8414): what is served, no more. */
export function openidConfiguration(mfa: Mfa, paths: Paths): Endpoint {
  const { issuer, tokens } = mfa;
  const below = (path: string) => `${issuer}${path.replace(/^\/+|\/+$/g, '')}`;
  const body = {
    issuer,
    token_endpoint: `${below(paths.oauth)}/token`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    mfa_challenge_endpoint: `${below(paths.mfa)}/challenge`,
    grant_types_supported: [...grantsOf(mfa).keys()],
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_post', 'client_secret_basic'],
    scopes_supported: [...OIDC_SCOPES, ...MFA_SCOPES],
    claims_supported: CLAIMS.split(' '),
    acr_values_supported: [tokens.multiFactor],
  };
  return {
    method: 'GET',
    path: '/openid-configuration',
    isPublic: true,
    handle: async () => ({ status: 200, body, cacheable: true }),
  };
}

/** `GET /.well-known/jwks.json` (RFC 7517). */
export function jwks(mfa: Mfa): Endpoint {
  const body = mfa.tokens.jwks;
  return {
    method: 'GET',
    path: '/jwks.json',
    isPublic: true,
    handle: async () => ({ status: 200, body, cacheable: true }),
  };
}
