import type { Client } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';

/**
 * The client of people who log in to the host itself, with a session and not with tokens. It is ours and stands in no
 * list of the host, so no request can authenticate as it: policies see it, tokens are never issued to it.
 */
export const SESSION_CLIENT: Client = Object.freeze({
  id: 'urn:express-mfa:session',
  tokenEndpointAuthMethod: 'none',
  grantTypes: Object.freeze(['mfa']),
});

/** The client that a login transaction belongs to. */
export const clientOf = (mfa: Mfa, id: string): ReturnType<Mfa['clients']['findById']> =>
  id === SESSION_CLIENT.id ? SESSION_CLIENT : mfa.clients.findById(id);
