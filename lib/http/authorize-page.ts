import type { Request, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { authorizationErrors } from '../core/oauth/authorization-errors.js';
import {
  type AuthorizationRequest,
  LOGIN_AFTER,
  type ReplyTo,
  readAuthorization,
  replyToOf,
} from '../core/oauth/authorization-request.js';
import { type Authorization, authorize } from '../core/oauth/authorize.js';
import { Params } from '../core/params.js';
import { reply } from './authorization-response.js';
import { readParams } from './body.js';
import { changeState, keepOpen, proofOf, stateOf } from './browser-session.js';
import { readDeviceCookie } from './device-cookie.js';
import { sendRedirect } from './document.js';
import { readQuery } from './query.js';
import { infoOf } from './request-context.js';
import { asOAuthError } from './serve.js';

/** Where people log in. */
export interface LoginPaths {
  readonly login: string;
  readonly stepUp: string;
}

/** Longer ones do not fit into the header of the next request. */
const MAX_LENGTH = 4096;
/** What a login page needs to know to greet whom it is about. */
const FOR_THE_LOGIN = ['login_hint', 'ui_locales', 'screen_hint'] as const;

interface Values {
  readonly all: ReadonlyMap<string, unknown>;
  readonly params: Params;
}

/**
 * `GET` and `POST /authorize` (OpenID Connect Core section 3.1.2.1). What is wrong before the client is certain is
 * thrown, for a page; everything after goes to the client.
 *
 * @throws OAuthError
 */
export async function authorizePage(
  mfa: Mfa,
  paths: LoginPaths,
  request: Request,
  response: Response,
): Promise<void> {
  const all = request.method === 'POST' ? await readParams(request) : readQuery(request);
  const values = { all, params: new Params(all) };
  const to = await replyToOf(mfa, values.params);
  stateOf(request); // before anything is promised: a host without a session is told so
  try {
    const asked = readAuthorization(mfa, values.params, to);
    const returnTo = returnToOf(request, values);
    const proof = proofOf(mfa, request);
    const asking = { proof, request: infoOf(request), device: readDeviceCookie(request) };
    const outcome = await authorize(mfa, asked, asking);
    if (proof) await keepOpen(mfa, request, proof);
    await follow(mfa, { paths, asked, to, returnTo, values }, outcome, { request, response });
  } catch (error) {
    const { error: code, message } = asOAuthError(mfa, error);
    reply(mfa, response, to, { error: code, error_description: message });
  }
}

interface Step {
  readonly paths: LoginPaths;
  readonly asked: AuthorizationRequest;
  readonly to: ReplyTo;
  readonly returnTo: (after?: number) => string;
  readonly values: Values;
}

async function follow(
  mfa: Mfa,
  { paths, asked, to, returnTo, values }: Step,
  outcome: Authorization,
  { request, response }: { request: Request; response: Response },
): Promise<void> {
  if (outcome.needed === 'none') return reply(mfa, response, to, { code: outcome.code });
  if (outcome.needed === 'login') {
    const { after } = outcome;
    const query = new URLSearchParams({ returnTo: returnTo(after ?? asked.after) });
    for (const name of FOR_THE_LOGIN) {
      const value = values.params.optional(name);
      if (value !== undefined) query.set(name, value);
    }
    if (after !== undefined) query.set('prompt', 'login');
    return sendRedirect(response, `${paths.login}?${query}`);
  }
  const { token, needed } = outcome.step;
  const login = { token, needed, returnTo: returnTo(asked.after) };
  await changeState(request, { login, page: undefined }); // what was asked for another login is not asked for this one
  const query = new URLSearchParams({ returnTo: returnTo(asked.after) });
  return sendRedirect(response, `${paths.stepUp}?${query}`);
}

/**
 * This request as a path of this origin, to come back to after a login; with the time after which the login has to be,
 * so that who comes back from it is not sent there again.
 */
function returnToOf(request: Request, { all }: Values): (after?: number) => string {
  const query = new URLSearchParams();
  for (const [name, value] of all) {
    if (typeof value === 'string' && name !== LOGIN_AFTER) query.set(name, value);
  }
  const path = `${request.baseUrl}${request.path}`;
  if (query.toString().length > MAX_LENGTH) throw authorizationErrors.tooLong();
  return (after) => {
    if (after !== undefined) query.set(LOGIN_AFTER, String(after));
    return `${path}?${query}`;
  };
}
