import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { userinfo } from '../endpoints/index.js';
import { configurationError, OAuthError } from '../errors.js';
import { authorizePage } from './authorize-page.js';
import { type RenderError, showError } from './error-page.js';
import { logoutPage, oidcLogoutPage } from './logout-pages.js';
import { isPagePath } from './page-path.js';
import { forRequest } from './request-context.js';
import { checkedMfa, serve } from './serve.js';
import { trustCheck } from './trust-proxy.js';

/** Options of `authorizeRouter`. */
export interface AuthorizeOptions {
  /** Path of the page where people log in. Gets `returnTo`, and sends back there. Default `/login`. */
  readonly login?: string | undefined;
  /** Path of the page where somebody who is logged in proves a second factor. Default `/login/mfa`. */
  readonly stepUp?: string | undefined;
  /** Shows what cannot be told to an app. Default: a small page in English. */
  readonly renderError?: RenderError | undefined;
}

const METHODS: readonly string[] = ['GET', 'POST'];

/** Answers one request; what it throws becomes a page. */
type Page = (mfa: Mfa, request: Request, response: Response) => Promise<void>;

/**
 * The browser's side of OAuth: `/authorize` with the code flow and PKCE, `/userinfo`, `/v2/logout` and `/oidc/logout`.
 * Mount it at the root, behind the session; it hands every other path on. Name it to `discoveryRouter` too.
 *
 * @throws TypeError `ERR_MFA_ROUTER`, `ERR_MFA_OPTION`
 * @example
 * ```ts
 * app.use(session({ … }))
 * app.use(authorizeRouter(mfa, { login: '/login' }))
 * app.use('/.well-known', discoveryRouter(mfa, { authorize: '/' }))
 * ```
 */
export function authorizeRouter(mfa: Mfa, options: AuthorizeOptions = {}): RequestHandler {
  checkedMfa('authorizeRouter', mfa);
  const { login, stepUp, renderError } = checked(options);
  const paths = { login, stepUp };
  const pages = new Map<string, Page>([
    ['/authorize', (own, request, response) => authorizePage(own, paths, request, response)],
    ['/v2/logout', logoutPage],
    ['/oidc/logout', oidcLogoutPage],
  ]);
  const serveUserinfo = serve(mfa, userinfo);
  const checkTrust = trustCheck();
  const handler = (request: Request, response: Response, next: NextFunction) => {
    const page = pages.get(request.path.replace(/(?<=.)\/$/, ''));
    if (!page) return serveUserinfo(request, response, next);
    const own = forRequest(mfa, request);
    void show(own, { page, checkTrust }, request, response)
      .catch((error: unknown) => showError(own, renderError, { error, request, response }))
      .then(() => mfa.housekeeping());
  };
  // As `serve` does it, for the list of every way in (security.md R-001).
  const ways = [...pages.keys()].flatMap((path) => METHODS.map((method) => ({ method, path })));
  return Object.assign(handler, { endpoints: [...ways, ...userinfo] });
}

async function show(
  mfa: Mfa,
  { page, checkTrust }: { page: Page; checkTrust: (request: Request) => void },
  request: Request,
  response: Response,
): Promise<void> {
  if (!METHODS.includes(request.method)) {
    throw new OAuthError(405, 'invalid_request', 'Method not allowed: use GET, POST', {
      headers: { Allow: 'GET, POST' },
    });
  }
  checkTrust(request);
  await page(mfa, request, response);
}

function checked(options: AuthorizeOptions) {
  const { login = '/login', stepUp = '/login/mfa', renderError, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    const problem = 'is not an option; check the spelling in docs/options.md';
    throw configurationError('ERR_MFA_UNKNOWN_OPTION', `authorizeRouter.${unknown}`, problem);
  }
  for (const [name, path] of Object.entries({ login, stepUp })) {
    if (isPagePath(path)) continue;
    const problem = 'write a path of this origin, such as /login';
    throw configurationError('ERR_MFA_OPTION', `authorizeRouter.${name}`, problem);
  }
  return { login, stepUp, renderError };
}
