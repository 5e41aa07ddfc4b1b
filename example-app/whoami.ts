import type { RequestHandler } from 'express';
import { type Mfa, requireMfa } from 'express-mfa';

/**
 * `GET /api/whoami`: whoever has a session or an access token with a second factor. An API in a process of its own checks
 * the token by itself, with any JWT library and `.well-known/jwks.json`.
 */
export const whoami = (mfa: Mfa): RequestHandler[] => [
  requireMfa(mfa),
  ({ auth }, response) => {
    const { sub, amr, acr, authTime } = auth ?? {};
    response.set('Cache-Control', 'no-store').json({ sub, amr, acr, auth_time: authTime });
  },
];
