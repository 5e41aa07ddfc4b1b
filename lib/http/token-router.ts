import type { RequestHandler } from 'express';
import type { Mfa } from '../core/mfa.js';
import { revoke, token } from '../endpoints/index.js';
import { checkedMfa, serve } from './serve.js';

/**
 * The token endpoint: `POST /token` with the password grants, the three MFA grants, `refresh_token` and, for the codes of
 * `authorizeRouter`, `authorization_code`; and `POST /revoke`. SDKs look for them below `/oauth` of the issuer's host.
 *
 * @example
 * ```ts
 * app.use('/oauth', oauthRouter(mfa))
 * ```
 */
export const oauthRouter = (mfa: Mfa): RequestHandler =>
  serve(mfa, [token(checkedMfa('oauthRouter', mfa)), revoke]);
