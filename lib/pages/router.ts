import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { Params } from '../core/params.js';
import { OAuthError } from '../errors.js';
import { readParams } from '../http/body.js';
import { stateOf } from '../http/browser-session.js';
import { setDeviceCookie } from '../http/device-cookie.js';
import { forRequest } from '../http/request-context.js';
import { checkedMfa } from '../http/serve.js';
import { trustCheck } from '../http/trust-proxy.js';
import { setTrustedCookie } from '../http/trusted-cookie.js';
import { answerPage, errorPage } from './answer.js';
import { formToken, isOurForm } from './csrf.js';
import type { PagesOptions } from './options.js';
import type { Page, Visit } from './page.js';
import { type Route, routesOf } from './routes.js';
import { resolveSite, type Site } from './site.js';

/**
 * The pages: log in, enroll, enter the code, security settings, step-up. Mount it at the root, behind the session; it
 * serves its own paths and hands every other one on. Works without JavaScript.
 *
 * @throws TypeError `ERR_MFA_ROUTER`, `ERR_MFA_PAGES`
 * @example
 * ```ts
 * app.use(session({ … }))
 * app.use(pagesRouter(mfa, { returnTo: ['/account/*'], brand: { name: 'Example' } }))
 * ```
 */
export function pagesRouter(mfa: Mfa, options: PagesOptions = {}): RequestHandler {
  checkedMfa('pagesRouter', mfa);
  const site = resolveSite(mfa, options);
  const routes = routesOf(site);
  const checkTrust = trustCheck();
  const handler = (request: Request, response: Response, next: NextFunction) => {
    const route = routes.get(request.path.replace(/(?<=.)\/$/, ''));
    if (!route) return next();
    void serve({ mfa: forRequest(mfa, request), site, route, checkTrust }, request, response);
  };
  // As the other routers do it, for the list of every way in (security.md R-001).
  const endpoints = [...routes].flatMap(([path, { GET, POST }]) => [
    ...(GET ? [{ method: 'GET', path }] : []),
    ...(POST ? [{ method: 'POST', path }] : []),
  ]);
  return Object.assign(handler, { endpoints });
}

interface Served {
  readonly mfa: Mfa;
  readonly site: Site;
  readonly route: Route;
  readonly checkTrust: (request: Request) => void;
}

async function serve(served: Served, request: Request, response: Response): Promise<void> {
  const { mfa, site, route, checkTrust } = served;
  const texts = site.textsFor(request);
  let page: Page;
  try {
    checkTrust(request);
    const visit = await visitOf(served, request, response);
    page = await handle(visit, route);
  } catch (error) {
    page = errorPage(mfa, { site, texts }, error);
  }
  try {
    await answerPage({ mfa, site, texts, request }, response, page);
  } catch (error) {
    const broken = errorPage(mfa, { site, texts }, error); // the host's own renderer, perhaps
    await answerPage(
      { mfa, site: { ...site, render: undefined }, texts, request },
      response,
      broken,
    );
  }
  mfa.housekeeping();
}

async function visitOf(
  { mfa, site }: Served,
  request: Request,
  response: Response,
): Promise<Visit> {
  const posted = request.method === 'POST';
  const fields = new Params(posted ? await readParams(request) : new Map());
  const csrf = await formToken(mfa, request);
  return {
    mfa,
    site,
    request,
    texts: site.textsFor(request),
    fields,
    query: queryOf(request),
    state: stateOf(request),
    form: (action) => ({ action, csrf }),
    setDevice: (mark) => setDeviceCookie(response, mark),
    setTrusted: (token) => setTrustedCookie(mfa, response, token),
  };
}

/** Each parameter of the URL that is there once. */
function queryOf(request: Request): Params {
  const all = [...new URL(request.url, 'http://x').searchParams];
  return new Params(
    new Map(all.filter(([name]) => all.filter(([it]) => it === name).length === 1)),
  );
}

async function handle(visit: Visit, { GET, POST, page }: Route): Promise<Page> {
  const { request, fields, mfa, texts } = visit;
  if (request.method === 'GET' || request.method === 'HEAD') {
    if (GET) return GET(visit);
    return { to: page as string };
  }
  if (request.method !== 'POST' || !POST) {
    throw new OAuthError(405, 'method_not_allowed', texts.errors.method, {
      headers: { Allow: [GET && 'GET, HEAD', POST && 'POST'].filter(Boolean).join(', ') },
    });
  }
  if (!isOurForm(mfa, request, fields)) {
    throw new OAuthError(403, 'forged_form', texts.errors.forged);
  }
  return POST(visit);
}
