import type { Request, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { startApproval, startStepUp } from '../core/session/step-up.js';
import { errors, OAuthError } from '../errors.js';
import type { BoundAction } from '../ports/index.js';
import { askFirst } from './asked.js';
import type { Auth } from './auth.js';
import { changeState, hasSession, proofOf } from './browser-session.js';
import { readDeviceCookie } from './device-cookie.js';
import { escapeHtml, sendDocument, sendRedirect } from './document.js';
import type { Guard } from './guard-options.js';
import { takeParsed } from './parsed-body.js';
import { infoOf } from './request-context.js';
import { respondError } from './respond.js';
import { isPerson, ownPath, pathOf } from './visitor.js';

/** RFC 6749 section 5.2: no quotation mark, no backslash, ASCII. */
const quoted = (text: string) => `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '')}"`;

function refuse(
  response: Response,
  status: number,
  members: Record<string, string>,
  body = {},
): void {
  const { error = 'invalid_token', error_description: text = '' } = members;
  const header = Object.entries(members).map(([name, value]) => `${name}=${quoted(value)}`);
  respondError(
    response,
    new OAuthError(status, error, text, {
      members: body,
      headers: { 'WWW-Authenticate': `Bearer ${header.join(', ')}` },
    }),
  );
}

/** Nobody is known: the login page for people, 401 for programs. */
export async function askToLogIn(
  guard: Guard,
  request: Request,
  response: Response,
): Promise<void> {
  if (isPerson(request)) {
    const query = new URLSearchParams({ returnTo: pathOf(request) });
    return sendRedirect(response, `${guard.login}?${query}`);
  }
  const text = 'The request needs an access token or a session with a second factor.';
  if (request.headers.authorization !== undefined) {
    refuse(response, 401, { error: 'invalid_token', error_description: text });
    return;
  }
  // Nothing was presented, so nothing is wrong with it (RFC 6750 section 3.1).
  const headers = { 'WWW-Authenticate': 'Bearer' };
  respondError(response, new OAuthError(401, 'invalid_token', text, { headers }));
}

/** What cannot be asked for at all: as JSON for programs, in words for people. */
export function refuseWith(error: OAuthError, request: Request, response: Response): void {
  if (!isPerson(request)) {
    respondError(response, error);
    return;
  }
  const retryAfter = error.options.headers?.['Retry-After'];
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  sendDocument(response, {
    status: error.status,
    title: 'This does not work',
    body: `<main><h1>This does not work</h1><p>${escapeHtml(error.message)}</p></main>`,
  });
}

/** RFC 6750 section 3.1 */
export function refuseScope({ scope }: Guard, response: Response): void {
  const text = `Insufficient scope, expected: ${scope.join(' ')}`;
  const members = { error: 'insufficient_scope', error_description: text, scope: scope.join(' ') };
  refuse(response, 403, members);
}

interface Asking {
  readonly guard: Guard;
  readonly auth: Auth;
  readonly action: BoundAction | undefined;
}

/** Somebody is known, but has not proved enough: the page for people, the challenge of RFC 9470 for programs. */
export async function askAgain(
  mfa: Mfa,
  asking: Asking,
  request: Request,
  response: Response,
): Promise<void> {
  const { guard, auth, action } = asking;
  if (auth.via === 'session' && isPerson(request)) {
    return leadToPage(mfa, asking, request, response);
  }
  const token = action && (await approvalToken(mfa, { ...asking, action }, request));
  const text = action
    ? `This has to be confirmed: ${action.text}`
    : 'The second factor is missing, too weak or too old.';
  refuse(
    response,
    401,
    {
      error: 'insufficient_user_authentication',
      error_description: text,
      acr_values: guard.acr ?? mfa.tokens.multiFactor,
      ...(guard.maxAge !== undefined && { max_age: String(guard.maxAge) }),
    },
    token === undefined ? {} : { mfa_token: token },
  );
}

/** A login transaction that confirms this action and nothing else, for programs that ask for its code themselves. */
async function approvalToken(
  mfa: Mfa,
  { auth, action }: Asking & { readonly action: BoundAction },
  request: Request,
): Promise<string | undefined> {
  const proof = auth.via === 'session' ? proofOf(mfa, request) : undefined;
  if (!proof) return startApproval(mfa, { auth, action });
  const visitor = { request: infoOf(request), device: readDeviceCookie(request) };
  const { token, needed } = await startStepUp(mfa, { proof, action, ...visitor });
  await changeState(request, { login: { token, needed }, page: undefined });
  return token;
}

async function leadToPage(
  mfa: Mfa,
  { guard, action }: Asking,
  request: Request,
  response: Response,
): Promise<void> {
  const proof = hasSession(request) ? proofOf(mfa, request) : undefined;
  if (!proof) return askToLogIn(guard, request, response);
  const pending = action && heldBack(action, request);
  const visitor = { request: infoOf(request), device: readDeviceCookie(request) };
  const { token, needed } = await startStepUp(mfa, { proof, action, ...visitor });
  const login = { token, needed, returnTo: pathOf(request) };
  await changeState(request, { login, page: undefined, action: pending, approved: undefined });
  // A form may send a message; a link that somebody else wrote may not (security.md R-112).
  if (request.method === 'POST' && needed === 'challenge') await askFirst(mfa, request, token);
  return sendRedirect(response, guard.page);
}

/**
 * The form that waits for its code, to be sent again by the page: whole, or not at all.
 *
 * @throws OAuthError `invalid_request` when it is no plain form of at most 50 fields and 16 KB
 */
function heldBack(action: BoundAction, request: Request) {
  const fields = [...takeParsed(request.body ?? {})].map(([name, value]) => {
    if (typeof value !== 'string') throw errors.invalidParameter(name, 'one string');
    return [name, value] as const;
  });
  return { ...action, method: request.method, url: ownPath(request.originalUrl), fields };
}
