import type { Request, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { authorizationErrors } from '../core/oauth/authorization-errors.js';
import { findClient } from '../core/oauth/known-client.js';
import { withParameters } from '../core/oauth/redirect-uri.js';
import { Params } from '../core/params.js';
import { errors } from '../errors.js';
import type { Client } from '../ports/index.js';
import { readParams } from './body.js';
import { closeSession, proofOf } from './browser-session.js';
import { sendDocument, sendRedirect } from './document.js';
import { readQuery } from './query.js';

const read = async (request: Request): Promise<Params> =>
  new Params(request.method === 'POST' ? await readParams(request) : readQuery(request));

/**
 * `GET /v2/logout`: ends the session, and goes to `returnTo` when the client lists it, else to the first that it lists.
 *
 * @throws OAuthError; the session stays then
 */
export async function logoutPage(mfa: Mfa, request: Request, response: Response): Promise<void> {
  const params = await read(request);
  const client = await namedClient(mfa, params.optional('client_id'));
  const to = listed(client, params.optional('returnTo')) ?? client?.logoutUris?.[0];
  await closeSession(request);
  leave(response, to);
}

/**
 * `GET` and `POST /oidc/logout` (OpenID Connect RP-Initiated Logout section 2). A hint about somebody else ends nobody's
 * session: the one that it is about is not here any more.
 *
 * @throws OAuthError; the session stays then
 */
export async function oidcLogoutPage(
  mfa: Mfa,
  request: Request,
  response: Response,
): Promise<void> {
  const params = await read(request);
  const token = params.optional('id_token_hint', JWT);
  const hint = token === undefined ? undefined : await mfa.tokens.readIdToken(token);
  if (token !== undefined && !hint) throw authorizationErrors.invalidIdTokenHint();
  const named = params.optional('client_id');
  if (hint && named !== undefined && named !== hint.clientId) {
    throw authorizationErrors.invalidIdTokenHint();
  }
  const client = await namedClient(mfa, named ?? hint?.clientId);
  const to = listed(client, params.optional('post_logout_redirect_uri'));
  const state = params.optional('state');
  const proof = proofOf(mfa, request);
  if (!hint || !proof || proof.sub === hint.sub) await closeSession(request);
  leave(response, to && (state === undefined ? to : withParameters(to, { state })));
}

const JWT = { pattern: /^[\w-]+\.[\w-]+\.[\w-]+$/, hint: 'an id_token of ours' };

async function namedClient(mfa: Mfa, id: string | undefined): Promise<Client | undefined> {
  if (id === undefined) return undefined;
  const client = await findClient(mfa, id);
  if (!client) throw authorizationErrors.unknownClient(id);
  return client;
}

/** Only as it is listed: nobody is sent anywhere else. */
function listed(client: Client | undefined, uri: string | undefined): string | undefined {
  if (uri === undefined) return undefined;
  if (!client) throw errors.missingParameter('client_id');
  if (!client.logoutUris?.includes(uri)) throw authorizationErrors.logoutMismatch();
  return uri;
}

const leave = (response: Response, to: string | undefined): void =>
  to === undefined
    ? sendDocument(response, {
        status: 200,
        title: 'Logged out',
        body: '<main><h1>You are logged out</h1><p>You can close this page.</p></main>',
      })
    : sendRedirect(response, new URL(to).href);
