import { associate } from './associate.js';
import { challenge } from './challenge.js';
import { deleteAuthenticator } from './delete-authenticator.js';
import type { Endpoint } from './endpoint.js';
import { listAuthenticators } from './list-authenticators.js';

export { jwks, openidConfiguration } from './discovery.js';
export type { Endpoint } from './endpoint.js';
export { revoke } from './revoke.js';
export { token } from './token.js';
export { userinfo } from './userinfo.js';

/** The MFA API: `POST /associate`, `POST /challenge`, `GET /authenticators`, `DELETE /authenticators/:id`. */
export const mfaEndpoints: readonly Endpoint[] = [
  associate,
  challenge,
  listAuthenticators,
  deleteAuthenticator,
];
