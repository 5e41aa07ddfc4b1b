import type { Request } from 'express';
import { refuseMany, refuseTwice } from './parse-body.js';

/** What stands behind the path, whatever stands before it: `http://x:99999/login?a=b` is a target, too. */
export function searchOf({ url }: Pick<Request, 'url'>): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
}

/** The parameters of a URL, each once (RFC 6749 section 3.1). @throws OAuthError `invalid_request` */
export function readQuery(request: Request): ReadonlyMap<string, string> {
  const pairs = [...searchOf(request)];
  refuseMany(pairs.length);
  refuseTwice(pairs.map(([name]) => name));
  return new Map(pairs);
}
