import type { RequestHandler } from 'express';
import type { Mfa } from '../core/mfa.js';
import { mfaEndpoints } from '../endpoints/index.js';
import { checkedMfa, serve } from './serve.js';

/**
 * The MFA API: `POST /associate`, `POST /challenge`, `GET /authenticators`, `DELETE /authenticators/:id`. SDKs look
 * for it at `/mfa` of the issuer's host.
 *
 * @example
 * ```ts
 * app.use('/mfa', mfaRouter(mfa))
 * ```
 */
export const mfaRouter = (mfa: Mfa): RequestHandler =>
  serve(checkedMfa('mfaRouter', mfa), mfaEndpoints);
