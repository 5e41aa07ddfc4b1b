import type { Request, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { startApproval, startStepUp } from '../core/step-up.js';
import { OAuthError } from '../errors.js';
import type { BoundAction } from '../ports/index.js';
import { askFirst } from './asked.js';
import type { Auth } from './auth.js';
import { changeState, hasSession, proofOf } from './browser-session.js';
import { readDeviceCookie } from './device-cookie.js';
import { sendRedirect } from './document.js';
import type { Guard } from './guard-options.js';
import { infoOf } from './request-context.js';
import { respondError } from './respond.js';
import { isPerson, pathOf } from './visitor.js';

const quoted = (text: string) => `"${text.replace(/["\\]/g, '')}"`;

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
  refuse(response, 401, { error: 'invalid_token', error_description: text });
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
  await changeState(request, { login: { token, needed } });
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
  const visitor = { request: infoOf(request), device: readDeviceCookie(request) };
  const { token, needed } = await startStepUp(mfa, { proof, action, ...visitor });
  const login = { token, needed, returnTo: pathOf(request) };
  const pending = action && heldBack(action, request);
  await changeState(request, { login, page: undefined, action: pending, approved: undefined });
  // A form may send a message; a link that somebody else wrote may not (security.md R-112).
  if (request.method === 'POST' && needed === 'challenge') await askFirst(mfa, request, token);
  return sendRedirect(response, guard.page);
}

const MAX_FIELDS = 50;

/** The form that waits for its code, to be sent again by the page. */
function heldBack(action: BoundAction, request: Request) {
  const body: unknown = request.body;
  const all = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  const fields = all
    .filter((it): it is [string, string] => typeof it[1] === 'string')
    .slice(0, MAX_FIELDS);
  return { ...action, method: request.method, url: request.originalUrl, fields };
}
