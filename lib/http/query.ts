import type { Request } from 'express';
import { refuseMany, refuseTwice } from './parse-body.js';

/** The parameters of a URL, each once (RFC 6749 section 3.1). @throws OAuthError `invalid_request` */
export function readQuery({ url }: Request): ReadonlyMap<string, string> {
  const start = url.indexOf('?');
  const pairs = start < 0 ? [] : [...new URLSearchParams(url.slice(start + 1))];
  refuseMany(pairs.length);
  refuseTwice(pairs.map(([name]) => name));
  return new Map(pairs);
}
