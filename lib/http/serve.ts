import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Answer, Call } from '../core/call.js';
import type { Mfa } from '../core/mfa.js';
import { Params } from '../core/params.js';
import type { Endpoint } from '../endpoints/index.js';
import { configurationError, errors, OAuthError } from '../errors.js';
import { logId } from '../ports/index.js';
import { readParams } from './body.js';
import { allowEveryOrigin, allowOrigin, preflight } from './cors.js';
import { readDeviceCookie, setDeviceCookie } from './device-cookie.js';
import { forRequest, infoOf } from './request-context.js';
import { respond, respondError } from './respond.js';
import { trustCheck } from './trust-proxy.js';

const NO_PARAMS = new Params(new Map());

interface Route {
  readonly endpoints: readonly Endpoint[];
  readonly pathId: string | undefined;
}

/**
 * What `createMfa()` returned, or a clear word at start.
 *
 * @throws TypeError `ERR_MFA_ROUTER`
 */
export function checkedMfa(router: string, mfa: Mfa): Mfa {
  if (typeof mfa?.store?.load === 'function') return mfa;
  throw configurationError('ERR_MFA_ROUTER', `${router}(mfa)`, 'pass what createMfa() returned');
}

/**
 * A middleware that serves these endpoints below its mount point and hands every other path on. Works the same in
 * Express 4 and 5, at the root, in a sub-app, and behind a parent that has parsed the body. It bears the list of what it
 * serves, so that a list of every way in can be drawn up from a running app (security.md R-001).
 */
export function serve(mfa: Mfa, endpoints: readonly Endpoint[]): RequestHandler {
  const checkTrust = trustCheck();
  const handler = (request: Request, response: Response, next: NextFunction) => {
    const route = routeOf(endpoints, request.url);
    if (route.endpoints.length === 0) next();
    else void answer(forRequest(mfa, request), { ...route, checkTrust }, request, response);
  };
  return Object.assign(handler, { endpoints });
}

function routeOf(endpoints: readonly Endpoint[], url: string): Route {
  const query = url.indexOf('?');
  const path = (query < 0 ? url : url.slice(0, query)).replace(/(?<=.)\/$/, '');
  const exact = endpoints.filter((it) => it.path === path);
  if (exact.length > 0) return { endpoints: exact, pathId: undefined };
  const slash = path.lastIndexOf('/');
  const pattern = `${path.slice(0, slash)}/:id`;
  const found = endpoints.filter((it) => it.path === pattern);
  return { endpoints: found, pathId: decodeOnce(path.slice(slash + 1)) };
}

/** What cannot be decoded is left as it is, and will not be found. */
function decodeOnce(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

interface Served extends Route {
  readonly checkTrust: (request: Request) => void;
}

async function answer(
  mfa: Mfa,
  route: Served,
  request: Request,
  response: Response,
): Promise<void> {
  const { origin } = request.headers;
  let call: Call | undefined;
  try {
    if (request.method === 'OPTIONS') {
      const isPublic = route.endpoints.some((it) => it.isPublic);
      response.setHeader('Allow', allowOf(route));
      return await preflight(mfa, request, response, isPublic);
    }
    const endpoint = endpointOf(route, request.method);
    route.checkTrust(request);
    call = await callOf(endpoint, route, request);
    const result = await endpoint.handle(mfa, call);
    await finish(mfa, response, { result, call });
  } catch (error) {
    const known = asOAuthError(mfa, error);
    await allowOrigin(mfa, origin, response, call?.client).catch(() => undefined);
    respondError(response, known);
  }
  mfa.housekeeping();
}

async function finish(
  mfa: Mfa,
  response: Response,
  { result, call }: { result: Answer; call: Call },
): Promise<void> {
  if (result.cacheable) allowEveryOrigin(response);
  else await allowOrigin(mfa, call.origin, response, call.client);
  if (result.device !== undefined) setDeviceCookie(response, result.device);
  respond(response, result);
}

const allowOf = ({ endpoints }: Route): string =>
  [...endpoints.map((it) => (it.method === 'GET' ? 'GET, HEAD' : it.method)), 'OPTIONS'].join(', ');

function endpointOf(route: Route, method: string): Endpoint {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const endpoint = route.endpoints.find((it) => it.method === wanted);
  if (endpoint) return endpoint;
  const allow = allowOf(route);
  throw new OAuthError(405, 'invalid_request', `Method not allowed: use ${allow}`, {
    headers: { Allow: allow },
  });
}

async function callOf(endpoint: Endpoint, { pathId }: Route, request: Request): Promise<Call> {
  const { authorization, origin } = request.headers;
  return {
    params: endpoint.method === 'POST' ? new Params(await readParams(request)) : NO_PARAMS,
    authorization,
    pathId,
    origin,
    device: readDeviceCookie(request),
    request: infoOf(request),
  };
}

/** Everything that is not meant for clients becomes a 500 with an id that the log has too. */
export function asOAuthError(mfa: Mfa, error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  const errorId = logId();
  mfa.emit({ event: 'server_error', errorId, cause: error });
  return errors.serverError(errorId, error);
}
