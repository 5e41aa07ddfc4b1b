import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { Params } from '../core/params.js';
import { configurationError, OAuthError } from '../errors.js';
import { readParams } from '../http/body.js';
import { stateOf } from '../http/browser-session.js';
import { setDeviceCookie } from '../http/device-cookie.js';
import { searchOf } from '../http/query.js';
import { forRequest } from '../http/request-context.js';
import { safeReturnTo } from '../http/return-to.js';
import { checkedMfa } from '../http/serve.js';
import { trustCheck } from '../http/trust-proxy.js';
import { setTrustedCookie } from '../http/trusted-cookie.js';
import { answerPage, errorPage } from './answer.js';
import { isOurForm, tokenOfForms } from './csrf.js';
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
    const served = { mfa: forRequest(mfa, request), site, route, checkTrust };
    void orNext(serve(served, request, response), next);
  };
  // As the other routers do it, for the list of every way in (security.md R-001).
  const endpoints = [...routes].flatMap(([path, { GET, POST }]) => [
    ...(GET ? [{ method: 'GET', path }] : []),
    ...(POST ? [{ method: 'POST', path }] : []),
  ]);
  return Object.assign(handler, { endpoints });
}

type FormToken = ReturnType<typeof tokenOfForms>;

interface Served {
  readonly mfa: Mfa;
  readonly site: Site;
  readonly route: Route;
  readonly checkTrust: (request: Request) => void;
}

/** What cannot be answered, not even with a page that says so, is the host's to answer. */
async function orNext(answering: Promise<void>, next: NextFunction): Promise<void> {
  try {
    await answering;
  } catch (error) {
    next(error);
  }
}

async function serve(served: Served, request: Request, response: Response): Promise<void> {
  const { mfa, site, route, checkTrust } = served;
  let texts = site.english;
  let page: Page;
  try {
    checkTrust(request);
    checkMount(request);
    texts = site.textsFor(request);
    const token = tokenOfForms(mfa, request);
    page = await handle(await visitOf({ mfa, site, texts, token }, request, response), route);
    await token.keep();
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

/** Forms and redirects name paths from the root: below another path all of them would miss. */
function checkMount({ baseUrl }: Request): void {
  if (baseUrl === '') return;
  const problem = `mount it at the root, app.use(pagesRouter(mfa)), not at ${baseUrl}; the option paths says where the pages are`;
  throw configurationError('ERR_MFA_PAGES', 'pagesRouter', problem);
}

async function visitOf(
  { token, ...known }: Pick<Visit, 'mfa' | 'site' | 'texts'> & { readonly token: FormToken },
  request: Request,
  response: Response,
): Promise<Visit> {
  const { mfa, site } = known;
  const posted = request.method === 'POST';
  const fields = new Params(posted ? await readParams(request) : new Map());
  const query = queryOf(request);
  return {
    ...known,
    request,
    fields,
    query: new Params(query),
    returnTo: safeReturnTo(query.get('returnTo'), site.returnTo),
    state: stateOf(request),
    form: (action) => ({ action, csrf: token.value() }),
    setDevice: (mark) => setDeviceCookie(response, mark),
    setTrusted: (token) => setTrustedCookie(mfa, response, token),
  };
}

/** Each parameter of the URL that is there once. */
function queryOf(request: Request): ReadonlyMap<string, string> {
  const all = [...searchOf(request)];
  return new Map(all.filter(([name]) => all.filter(([it]) => it === name).length === 1));
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
