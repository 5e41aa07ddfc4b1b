import type { Request } from 'express';
import type { Mfa } from '../core/mfa.js';
import { findClient } from '../core/oauth/known-client.js';
import { isRedirectUri } from '../core/oauth/redirect-uri.js';
import { text } from '../core/params.js';
import type { BrowserState } from '../http/browser-state.js';
import { searchOf } from '../http/query.js';
import { pageStateOf } from './flow/page-state.js';
import type { Site } from './site.js';

/**
 * Where the forms of this page may end after redirects, beside this origin: at the client that waits behind
 * `/authorize`. Only an address that the client has registered counts.
 */
export async function formTargets(
  mfa: Mfa,
  { paths }: Site,
  request: Request,
  stateOf: (request: Request) => BrowserState,
): Promise<readonly string[]> {
  const returnTo = searchOf(request).get('returnTo') ?? pending(request, stateOf);
  if (returnTo === undefined || !URL.canParse(returnTo, 'http://x')) return [];
  const target = new URL(returnTo, 'http://x');
  const [clientId, uri] = ['client_id', 'redirect_uri'].map((it) => target.searchParams.get(it));
  if (target.pathname !== paths.authorize || !clientId || !uri || !URL.canParse(uri)) return [];
  if (!text.pattern.test(clientId)) return [];
  const client = await findClient(mfa, clientId);
  if (!client || !isRedirectUri(client, uri)) return [];
  const { origin, protocol } = new URL(uri);
  return [origin === 'null' ? protocol : origin];
}

function pending(
  request: Request,
  stateOf: (request: Request) => BrowserState,
): string | undefined {
  try {
    const state = stateOf(request);
    return state.login?.returnTo ?? pageStateOf(state).show?.next;
  } catch {
    return undefined; // no session: the page says so
  }
}
