import { asUser } from '../core/admit.js';
import { mfaRequired } from '../core/login/waiting.js';
import type { Mfa } from '../core/mfa.js';
import { startSessionLogin } from '../core/session/session-login.js';
import { configurationError, errors, OAuthError } from '../errors.js';
import { askFirst } from '../http/asked.js';
import {
  hasSession,
  openSession,
  passportIn,
  renewSession,
  stateOf,
} from '../http/browser-session.js';
import { readDeviceCookie } from '../http/device-cookie.js';
import { sendRedirect } from '../http/document.js';
import type { NextFunction, Request, RequestHandler, Response } from '../http/express-types.js';
import { isPagePath } from '../http/page-path.js';
import { forRequest, infoOf } from '../http/request-context.js';
import { respondError } from '../http/respond.js';
import { namedReturnTo, safeReturnTo } from '../http/return-to.js';
import { checkedMfa } from '../http/serve.js';
import { trustCheck } from '../http/trust-proxy.js';
import { readTrustedCookie, setTrustedCookie } from '../http/trusted-cookie.js';
import { sentByProgram } from '../http/visitor.js';
import type { User } from '../ports/index.js';

/** What the host's own strategy found: opaque to us. */
export type HostUser = Readonly<Record<string, unknown>>;

/** Options of `mfaLogin`. */
export interface MfaLoginOptions {
  /** The id that `users.findById` knows, of the user that Passport found. Default: `user.id`. */
  userId?(user: HostUser): string;
  /** Page that asks for the second factor. Default `/login/mfa`. */
  readonly page?: string | undefined;
  /** Paths that the parameter `returnTo` may name; `/account/*` allows everything below it. Default none. */
  readonly returnTo?: readonly string[] | undefined;
  /**
   * How the first factor passed (RFC 8176), when it was no password: what it names is no second factor of the same login.
   * Default `['pwd']`, or `firstFactor` of the user.
   */
  readonly amr?: readonly string[] | undefined;
}

const KNOWN = ['userId', 'page', 'returnTo', 'amr'];

/**
 * What comes after the password: the login is through and the next handler runs, with `request.authInfo.returnTo` where the
 * visitor may go on to, or the second factor is waited for.
 * People are led to the page that asks for it, programs get 403 `mfa_required`. Until it has passed nobody is logged in.
 *
 * @throws TypeError `ERR_MFA_ROUTER`, `ERR_MFA_OPTION`; at a request `ERR_MFA_PASSPORT`, `ERR_MFA_PASSPORT_SESSION`
 * @example
 * ```ts
 * app.post('/login', passport.authenticate('local', { session: false }), mfaLogin(mfa), (req, res) => res.redirect('/'))
 * ```
 */
export function mfaLogin(mfa: Mfa, options: MfaLoginOptions = {}): RequestHandler {
  checkedMfa('mfaLogin', mfa);
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) {
    const problem = `is not an option; there are ${KNOWN.join(', ')}`;
    throw configurationError('ERR_MFA_OPTION', `mfaLogin.${unknown}`, problem);
  }
  const page = checkedPage(options.page ?? '/login/mfa');
  const checkTrust = trustCheck();
  return (request: Request, response: Response, next: NextFunction) => {
    const own = forRequest(mfa, request);
    void logIn(own, { ...options, page, checkTrust }, { request, response, next });
  };
}

interface Login extends MfaLoginOptions {
  readonly page: string;
  readonly checkTrust: (request: Request) => void;
}

async function logIn(
  mfa: Mfa,
  options: Login,
  { request, response, next }: { request: Request; response: Response; next: NextFunction },
): Promise<void> {
  let isThrough = false;
  try {
    isThrough = await continueLogin(mfa, options, request, response);
  } catch (error) {
    await nobody(request).catch(() => undefined); // whatever session there was: it did not end in a login
    if (error instanceof OAuthError && error.status < 500) respondError(response, error);
    else next(error);
  }
  if (isThrough) next();
}

function checkedPage(page: string): string {
  if (isPagePath(page)) return page;
  throw configurationError('ERR_MFA_OPTION', 'mfaLogin.page', 'write a path of this origin');
}

async function continueLogin(
  mfa: Mfa,
  options: Login,
  request: Request,
  response: Response,
): Promise<boolean> {
  options.checkTrust(request);
  if (isLoggedInByPassport(request)) {
    const problem = "write passport.authenticate('local', { session: false })";
    throw configurationError('ERR_MFA_PASSPORT_SESSION', 'mfaLogin', problem);
  }
  const user = await userOf(mfa, options, request);
  const { amr, page, returnTo: allowed = [] } = options;
  const visitor = {
    request: infoOf(request),
    device: readDeviceCookie(request),
    trusted: hasSession(request) ? readTrustedCookie(request) : undefined,
  };
  const returnTo = safeReturnTo(namedReturnTo(request), allowed);
  mfa.emit({ event: 'login.first_factor.ok', userId: user.id });
  const step = await startSessionLogin(mfa, { user, amr, ...visitor });
  if (step.needed === 'none') {
    if (step.trusted !== undefined) setTrustedCookie(mfa, response, step.trusted);
    if (hasSession(request)) await openSession(request, { user, state: { proof: step.proof } });
    setUser(request, user);
    setInfo(request, { returnTo });
    return true;
  }
  const login = { token: step.token, needed: step.needed, returnTo };
  if (hasSession(request)) await renewSession(request, { login });
  if (!hasSession(request) || sentByProgram(request)) {
    respondError(response, mfaRequired(mfa, step));
    return false;
  }
  if (step.needed === 'challenge') await askFirst(mfa, request, step.token);
  sendRedirect(response, page);
  return false;
}

/**
 * Without `session: false` Passport has opened its session for the password alone. It opens a new one for that, without a
 * proof in it, or with that of another login (`keepSessionInfo`).
 */
const isLoggedInByPassport = (request: Request): boolean =>
  hasSession(request) &&
  passportIn(request) !== undefined &&
  stateOf(request).passport !== passportIn(request);

/** Nobody is logged in any more; the session is a new one. */
async function nobody(request: Request): Promise<void> {
  setUser(request, undefined);
  if (hasSession(request)) await renewSession(request, {});
}

/** Where Passport keeps its user: `request.user`, unless the host named another property. */
const propertyOf = (request: Request): string =>
  (request as { readonly _userProperty?: string })._userProperty ?? 'user';

function setUser(request: Request, user: User | undefined): void {
  (request as unknown as Record<string, unknown>)[propertyOf(request)] = user;
}

/** For the handler that answers a login that is through: where the visitor was going. */
function setInfo(request: Request, info: { readonly returnTo: string | undefined }): void {
  const own = request as { authInfo?: object };
  own.authInfo = { ...own.authInfo, ...info };
}

/** The user that Passport found. From here on nobody is logged in by it. */
async function userOf(
  mfa: Mfa,
  { userId = idOf }: MfaLoginOptions,
  request: Request,
): Promise<User> {
  const found = (request as unknown as Record<string, unknown>)[propertyOf(request)];
  if (!found) {
    const problem = "mount it behind passport.authenticate('local', { session: false })";
    throw configurationError('ERR_MFA_PASSPORT', 'mfaLogin', problem);
  }
  setUser(request, undefined);
  const id: unknown = userId(found as HostUser);
  if (typeof id !== 'string' || id === '') {
    const problem =
      'gave no text; write the id that users.findById knows: (user) => String(user.id)';
    throw configurationError('ERR_MFA_PASSPORT', 'mfaLogin.userId', problem);
  }
  const user = asUser(await mfa.users.findById(id));
  if (user?.id !== id) {
    const problem = `users.findById knows no user "${id}": give mfaLogin a userId that it knows`;
    throw configurationError('ERR_MFA_PASSPORT', 'mfaLogin.userId', problem);
  }
  if (user.blocked) throw errors.userBlocked();
  return user;
}

const idOf = ({ id }: HostUser): string => id as string;
