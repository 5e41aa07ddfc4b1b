import type { RequestHandler } from 'express';
import { type Mfa, requireMfa } from 'express-mfa';

/**
 * `GET /api/whoami`: whoever has a session or an access token with a second factor. An API in a process of its own checks
 * the token by itself, with any JWT library and `.well-known/jwks.json`.
 */
export const whoami = (mfa: Mfa): RequestHandler[] => [
  asProgram,
  requireMfa(mfa),
  ({ auth }, response) => {
    const { sub, amr, acr, authTime } = auth ?? {};
    response.set('Cache-Control', 'no-store').json({ sub, amr, acr, auth_time: authTime });
  },
];

/** 401 for browsers too: there is no page to come back to. */
const asProgram: RequestHandler = (request, _response, next) => {
  request.headers.accept = 'application/json';
  next();
};
