import { errors } from '../../errors.js';
import type { Client } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';

/** Scopes of the MFA API (wire.md section 9). */
export const MFA_SCOPES = ['enroll', 'read:authenticators', 'remove:authenticators'] as const;

/** Scopes that are about the user and go with every audience. */
export const OIDC_SCOPES = ['openid', 'profile', 'email'] as const;

/** Asks for a refresh token (OpenID Connect Core section 11). */
export const OFFLINE_ACCESS = 'offline_access';

/** What a token is for. */
export interface Access {
  readonly audience: string;
  /** Granted scopes, space-separated. */
  readonly scope: string;
  /** Milliseconds. */
  readonly lifetime: number;
}

/**
 * The audience and scopes that a request is granted. Without `scope` it gets every scope of the audience, as
 * Auth0 gives it; scopes that are not the audience's are left out (RFC 6749 section 3.3), and `offline_access` of a
 * client that may not refresh.
 *
 * @throws OAuthError `access_denied` for an audience that is not configured
 */
export function resolveAccess(
  mfa: Mfa,
  requested: {
    readonly audience: string | undefined;
    readonly scope: string | undefined;
    readonly client: Client;
  },
): Access {
  const { audience, scopes, lifetime } = lookUp(mfa, requested.audience);
  const wanted = requested.scope?.split(' ').filter(Boolean);
  const offline = requested.client.grantTypes.includes('refresh_token') ? [OFFLINE_ACCESS] : [];
  const granted = wanted
    ? [...OIDC_SCOPES, ...scopes, ...offline].filter((scope) => wanted.includes(scope))
    : scopes;
  return { audience, scope: granted.join(' '), lifetime };
}

function lookUp(mfa: Mfa, requested: string | undefined) {
  const { apis, lifetimes, defaultAudience } = mfa.settings;
  const audience = requested ?? defaultAudience;
  if (audience === mfa.audience || `${audience}/` === mfa.audience) {
    return { audience: mfa.audience, scopes: MFA_SCOPES, lifetime: lifetimes.mfaAccessToken };
  }
  if (audience === `${mfa.issuer}userinfo`) {
    return { audience, scopes: [], lifetime: lifetimes.accessToken };
  }
  const api = apis.get(audience);
  if (!api) throw errors.unknownAudience(audience);
  return { audience, ...api };
}
