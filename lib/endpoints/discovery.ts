import type { Mfa } from '../core/mfa.js';
import { MFA_SCOPES, OFFLINE_ACCESS, OIDC_SCOPES } from '../core/oauth/audience.js';
import { grantsOf } from '../grants/index.js';
import type { Endpoint } from './endpoint.js';

/** Where the routers are mounted, below the issuer. */
export interface Paths {
  /** Mount point of `oauthRouter`. */
  readonly oauth: string;
  /** Mount point of `mfaRouter`. */
  readonly mfa: string;
  /** Mount point of `authorizeRouter`; undefined when there is none. */
  readonly authorize: string | undefined;
}

/** Of a client at the token endpoint, and where a token is revoked. */
const CLIENT_AUTH = ['none', 'client_secret_post', 'client_secret_basic'];
const CLAIMS = 'iss sub aud exp iat auth_time amr acr name nickname picture email email_verified';

/** `GET /.well-known/openid-configuration` (OpenID Connect Discovery 1.0 section 3; RFC 8414): what is served, no more. */
export function openidConfiguration(mfa: Mfa, paths: Paths): Endpoint {
  const { issuer, tokens } = mfa;
  const below = (path: string) => `${issuer}${path}/`.replace(/(?<!:)\/{2,}/g, '/').slice(0, -1);
  const { authorize } = paths;
  const grants = [...grantsOf(mfa).keys()].filter(
    (it) => authorize !== undefined || it !== 'authorization_code',
  );
  const body = {
    issuer,
    token_endpoint: `${below(paths.oauth)}/token`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    revocation_endpoint: `${below(paths.oauth)}/revoke`,
    mfa_challenge_endpoint: `${below(paths.mfa)}/challenge`,
    grant_types_supported: grants,
    response_types_supported: [],
    ...(authorize !== undefined && browserMembers(below(authorize))),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: CLIENT_AUTH,
    revocation_endpoint_auth_methods_supported: CLIENT_AUTH,
    scopes_supported: [...OIDC_SCOPES, OFFLINE_ACCESS, ...MFA_SCOPES],
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

/** What is there with `authorizeRouter` (wire.md 10.1; RFC 9207 section 3). */
const browserMembers = (base: string) => ({
  authorization_endpoint: `${base}/authorize`,
  userinfo_endpoint: `${base}/userinfo`,
  end_session_endpoint: `${base}/oidc/logout`,
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'form_post', 'web_message'],
  code_challenge_methods_supported: ['S256'],
  prompt_values_supported: ['none', 'login', 'select_account', 'consent'],
  authorization_response_iss_parameter_supported: true,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
  claims_parameter_supported: false,
});

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
