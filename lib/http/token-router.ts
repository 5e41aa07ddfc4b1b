import type { RequestHandler } from 'express';
import type { Mfa } from '../core/mfa.js';
import { token } from '../endpoints/index.js';
import { checkedMfa, serve } from './serve.js';

/**
 * The token endpoint: `POST /token` with the password grants and the three MFA grants. SDKs look for it at
 * `/oauth/token` of the issuer's host.
 *
 * @example
 * ```ts
 * app.use('/oauth', oauthRouter(mfa))
 * ```
 */
export const oauthRouter = (mfa: Mfa): RequestHandler =>
  serve(mfa, [token(checkedMfa('oauthRouter', mfa))]);
