import { safeEqual } from '../../crypto/safe-equal.js';
import { sha256 } from '../../crypto/secrets.js';
import { errors, OAuthError } from '../../errors.js';
import type { Client } from '../../ports/index.js';
import type { Call } from '../call.js';
import type { Mfa } from '../mfa.js';
import { clientOf } from '../session/session-client.js';
import { asClient, findClient } from './known-client.js';

interface Credentials {
  readonly id: string;
  readonly secret: string | undefined;
  readonly basic: boolean;
}

/**
 * The client behind a request: `client_id` alone for public ones, with the secret in the body or in a Basic header
 * for the others (RFC 6749 section 2.3).
 *
 * @param options.secretOptional - accepts a confidential client without its secret, because the caller proves
 *   otherwise that the request comes from it (wire.md section 5)
 * @throws OAuthError 401 `invalid_client`, 400 `invalid_request`
 */
export async function authenticateClient(
  mfa: Mfa,
  call: Call,
  { secretOptional = false }: { readonly secretOptional?: boolean } = {},
): Promise<Client> {
  const { id, secret, basic } = credentials(call);
  const known = await findClient(mfa, id);
  if (!known || !(await mayCall(known, secret, secretOptional))) {
    mfa.emit({ event: 'client.auth.fail', clientId: id, reason: known ? 'secret' : 'unknown' });
    // The one place for this header: elsewhere it makes SDKs lose the error (wire.md 1.7).
    throw basic ? withBasicChallenge(errors.invalidClient()) : errors.invalidClient();
  }
  call.client = known;
  return known;
}

function credentials({ authorization, params }: Call): Credentials {
  const id = params.optional('client_id');
  const secret = params.optional('client_secret');
  if (authorization === undefined || !/^basic /i.test(authorization)) {
    return { id: id ?? params.required('client_id'), secret, basic: false };
  }
  const basic = decodeBasic(authorization.slice(6).trim());
  if (secret !== undefined || (id !== undefined && id !== basic?.id)) {
    throw errors.invalidRequest('Authenticate the client in one way only');
  }
  if (!basic) throw withBasicChallenge(errors.invalidClient());
  return { ...basic, basic: true };
}

function decodeBasic(encoded: string): { id: string; secret: string | undefined } | undefined {
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 1 || pair.length > 2048) return undefined;
  try {
    const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
    return {
      id: decode(pair.slice(0, colon)),
      secret: decode(pair.slice(colon + 1)) || undefined,
    };
  } catch {
    return undefined;
  }
}

async function mayCall(
  client: Client,
  secret: string | undefined,
  secretOptional: boolean,
): Promise<boolean> {
  if (client.tokenEndpointAuthMethod === 'none') return secret === undefined;
  if (secret === undefined) return secretOptional;
  if (client.verifySecret) return (await client.verifySecret(secret)) === true;
  if (!client.secret) return false;
  // Hashed first, so that the time says nothing about the length either.
  return safeEqual(Buffer.from(sha256(secret)), Buffer.from(sha256(client.secret)));
}

/**
 * Looks up the client that a bearer token was issued to, when a browser asks: only its origins may read the
 * answer (wire.md 1.8).
 */
export async function identifyClient(mfa: Mfa, call: Call, clientId: string): Promise<void> {
  if (call.origin === undefined || call.client) return;
  call.client = asClient(await clientOf(mfa, clientId), clientId);
}

const withBasicChallenge = (error: OAuthError): OAuthError =>
  new OAuthError(error.status, error.error, error.message, {
    headers: { 'WWW-Authenticate': 'Basic realm="oauth"' },
  });

/**
 * The three MFA grants share the switch `mfa`, the two password grants the switch `password`.
 *
 * @throws OAuthError 403 `unauthorized_client`
 */
export function requireGrant(client: Client, switchName: string, grantType: string): void {
  if (!client.grantTypes.includes(switchName)) throw errors.grantNotAllowed(grantType);
}
