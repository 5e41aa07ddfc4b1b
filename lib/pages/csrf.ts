import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import type { Mfa } from '../core/mfa.js';
import { Params } from '../core/params.js';
import { safeEqual } from '../crypto/safe-equal.js';
import { OAuthError } from '../errors.js';
import { changeState, stateOf } from '../http/browser-session.js';
import { refuseWith } from '../http/insufficient.js';

/**
 * The token of this session's forms, for the hidden field `csrf`; made with the first form.
 *
 * @throws TypeError `ERR_MFA_SESSION` when no session middleware ran before
 * @example
 * ```ts
 * const field = `<input type="hidden" name="csrf" value="${await formToken(mfa, request)}">`
 * ```
 */
export async function formToken(mfa: Mfa, request: Request): Promise<string> {
  const token = tokenOfForms(mfa, request);
  const value = token.value();
  await token.keep();
  return value;
}

/** The token for the forms of one answer. Who is shown none gets no session for it. */
export function tokenOfForms(mfa: Mfa, request: Request) {
  let made: string | undefined;
  return {
    value(): string {
      made ??= stateOf(request).csrf ?? mfa.random.bytes(16).toString('base64url');
      return made;
    },
    /** To be awaited before the answer goes out. */
    async keep(): Promise<void> {
      if (made !== undefined && stateOf(request).csrf !== made) {
        await changeState(request, { csrf: made });
      }
    },
  };
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

/**
 * For the forms of the host's own pages, behind its body parser: 403 for one that is not of this session and site. The
 * token goes into the hidden field `csrf`. Requests with an access token and no cookie need none.
 *
 * @example
 * ```ts
 * app.post('/transfer', express.urlencoded({ extended: false }), requireFormToken(mfa), transfer)
 * ```
 */
export const requireFormToken =
  (mfa: Mfa): RequestHandler =>
  (request, response, next) => {
    if (/^bearer /i.test(request.headers.authorization ?? '')) return next();
    const { csrf } = (request.body ?? {}) as { readonly csrf?: unknown };
    const given = typeof csrf === 'string' && /^[\w-]{1,64}$/.test(csrf) ? csrf : undefined;
    if (isOurForm(mfa, request, new Params(new Map([['csrf', given]])))) next();
    else refuseWith(forged(), request, response);
  };

/**
 * The half of it that needs no session yet, for a login: 403 for a form that another site sent.
 *
 * @example
 * ```ts
 * app.post('/login', sameOriginOnly(mfa), passport.authenticate('local', { session: false }), mfaLogin(mfa), home)
 * ```
 */
export const sameOriginOnly =
  (mfa: Mfa): RequestHandler =>
  (request, response, next) => {
    if (isSameOrigin(mfa, request)) next();
    else refuseWith(forged(), request, response);
  };

const forged = (): OAuthError =>
  new OAuthError(
    403,
    'access_denied',
    'This form did not come from this site, or it is out of date. Load its page again and send it from there.',
  );

/** `Sec-Fetch-Site`, which pages cannot write; where a browser has none, the `Origin`. */
export function isSameOrigin(mfa: Pick<Mfa, 'issuer'>, { headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const own = new URL(mfa.issuer);
  if (new URL(origin).host === own.host) return origin === own.origin; // over http somebody else may write pages
  return new URL(origin).host === host;
}
