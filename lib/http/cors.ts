import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mfa } from '../core/mfa.js';
import type { Client } from '../ports/index.js';

const METHODS = 'GET, POST, DELETE, OPTIONS';
const REQUEST_HEADERS = 'Authorization, Content-Type, Auth0-Client, DPoP';
const EXPOSED =
  'DPoP-Nonce, Retry-After, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset';
const PREFLIGHT_SECONDS = '600';

const allowed = async (mfa: Mfa, origin: string): Promise<boolean> =>
  (await mfa.clients.allowsOrigin?.(origin)) === true;

/**
 * Answers a browser's preflight: it names no client, so any client's origin will do (wire.md 1.8).
 */
export async function preflight(
  mfa: Mfa,
  request: IncomingMessage,
  response: ServerResponse,
  isPublic: boolean,
): Promise<void> {
  const { origin } = request.headers;
  response.setHeader('Vary', 'Origin');
  if (origin !== undefined && (isPublic || (await allowed(mfa, origin)))) {
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Allow-Methods', METHODS);
    response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
    response.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
  }
  response.statusCode = 204;
  response.end();
}

/** Lets a page read the answer when its origin is one of the client's; of any client while none is known. */
export async function allowOrigin(
  mfa: Mfa,
  origin: string | undefined,
  response: ServerResponse,
  client: Client | undefined,
): Promise<void> {
  response.appendHeader('Vary', 'Origin');
  if (origin === undefined) return;
  const may = client ? client.webOrigins?.includes(origin) : await allowed(mfa, origin);
  if (!may) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', EXPOSED);
}

/** Public documents may be read by every page. */
export function allowEveryOrigin(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
}
