import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { OAuthError } from '../errors.js';
import { bearerOf, byBearer, bySession, type Identified, requestedAction } from './auth.js';
import { checkedGuard, type Guard, type GuardOptions } from './guard-options.js';
import { askAgain, askToLogIn, refuseScope, refuseWith } from './insufficient.js';
import { forRequest } from './request-context.js';
import { checkedMfa } from './serve.js';
import { trustCheck } from './trust-proxy.js';

/**
 * Lets a request through when its session or access token has proved a second factor, as fresh and as strong as the
 * options say. Else: programs get 401 with what is missing (RFC 9470), people at a browser are led to the page where they
 * prove it, and back.
 *
 * @throws TypeError `ERR_MFA_ROUTER`, `ERR_MFA_GUARD`
 * @example
 * ```ts
 * app.get('/billing', requireMfa(mfa, { maxAge: 600 }), billing)
 * app.post('/transfer', requireMfa(mfa, { bind: ({ body }) => ({ amount: body.amount, payee: body.payee }) }), transfer)
 * ```
 */
export function requireMfa(mfa: Mfa, options: GuardOptions = {}): RequestHandler {
  checkedMfa('requireMfa', mfa);
  const guard = checkedGuard(mfa, options);
  const checkTrust = trustCheck();
  return (request: Request, response: Response, next: NextFunction) => {
    const judge = async (own: Mfa) => {
      checkTrust(request);
      return guardOf(own, guard, request, response);
    };
    void letThrough(judge(forRequest(mfa, request)), { request, response, next });
  };
}

async function letThrough(
  judged: Promise<boolean>,
  { request, response, next }: { request: Request; response: Response; next: NextFunction },
): Promise<void> {
  let passes = false;
  try {
    passes = await judged;
  } catch (error) {
    if (error instanceof OAuthError) refuseWith(error, request, response);
    else next(error);
  }
  if (passes) next();
}

async function guardOf(mfa: Mfa, guard: Guard, request: Request, response: Response) {
  const caller = await identify(mfa, guard, request);
  if (!caller) {
    await askToLogIn(guard, request, response);
    return false;
  }
  const { auth } = caller;
  if (auth.via === 'bearer' && !guard.scope.every((it) => auth.scope?.includes(it))) {
    refuseScope(guard, response);
    return false;
  }
  const action = guard.bind && requestedAction(mfa, request, auth.sub, await guard.bind(request));
  if (!isEnough(mfa, guard, caller)) {
    await askAgain(mfa, { guard, auth, action: undefined }, request, response);
    return false;
  }
  if (action && !(await caller.approved(action))) {
    await askAgain(mfa, { guard, auth, action }, request, response);
    return false;
  }
  request.auth = auth;
  return true;
}

/** One way only: a request with a token is judged by its token (RFC 6750 section 2). */
function identify(mfa: Mfa, guard: Guard, request: Request): Promise<Identified | undefined> {
  const { authorization } = request.headers;
  if (authorization === undefined || !/^bearer /i.test(authorization))
    return bySession(mfa, request);
  const token = bearerOf(request);
  return token === undefined ? Promise.resolve(undefined) : byBearer(mfa, token, guard.audiences);
}

/** The code for an action is fresh by itself; a token that came of one is good for no route that asks for none. */
function isEnough(
  mfa: Mfa,
  { maxAge: limit, acr, amr, bind }: Guard,
  { auth, confirms }: Identified,
): boolean {
  const age = mfa.clock.now() / 1000 - auth.authTime;
  const maxAge = bind ? undefined : limit;
  return (
    (bind !== undefined || confirms === undefined) &&
    auth.amr.includes('mfa') &&
    (acr === undefined || auth.acr === acr) &&
    amr.every((it) => auth.amr.includes(it)) &&
    (maxAge === undefined || age <= maxAge)
  );
}
