import type { RequestHandler } from 'express';
import type { Mfa } from '../core/mfa.js';
import { jwks, openidConfiguration } from '../endpoints/index.js';
import { checkedMfa, serve } from './serve.js';

/**
 * What clients find the rest by: `GET /openid-configuration` and `GET /jwks.json`.
 *
 * @param paths - where the other routers are mounted below the issuer; default `/oauth` and `/mfa`. Without
 *   `authorize` there is no `authorizeRouter`, and nothing of it is listed.
 * @example
 * ```ts
 * app.use('/.well-known', discoveryRouter(mfa))
 * ```
 */
export function discoveryRouter(
  mfa: Mfa,
  {
    oauth = '/oauth',
    mfa: mfaPath = '/mfa',
    authorize,
  }: { oauth?: string; mfa?: string; authorize?: string } = {},
): RequestHandler {
  checkedMfa('discoveryRouter', mfa);
  return serve(mfa, [openidConfiguration(mfa, { oauth, mfa: mfaPath, authorize }), jwks(mfa)]);
}
