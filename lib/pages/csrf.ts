import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { Mfa } from '../core/mfa.js';
import type { Params } from '../core/params.js';
import { safeEqual } from '../crypto/safe-equal.js';
import { changeState, stateOf } from '../http/browser-session.js';

/** The token of this session's forms; made with the first form. */
export async function formToken(mfa: Mfa, request: Request): Promise<string> {
  const { csrf } = stateOf(request);
  if (csrf !== undefined) return csrf;
  const token = mfa.random.bytes(16).toString('base64url');
  await changeState(request, { csrf: token });
  return token;
}

/**
 * Whether a form came from a page of ours in this session (security.md R-112): it has the token of the session, and
 * the browser does not say that it comes from elsewhere. Programs that are no browsers say nothing.
 */
export function isOurForm(mfa: Mfa, request: Request, fields: Params): boolean {
  const { csrf } = stateOf(request);
  const given = fields.optional('csrf');
  if (csrf === undefined || given === undefined || !isSameOrigin(mfa, request)) return false;
  return safeEqual(Buffer.from(given), Buffer.from(csrf));
}

/** `Sec-Fetch-Site`, which pages cannot write; where a browser has none, the `Origin`. */
export function isSameOrigin(mfa: Pick<Mfa, 'issuer'>, { headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === host || origin === new URL(mfa.issuer).origin;
}
