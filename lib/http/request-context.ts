import type { Request } from 'express';
import type { Mfa } from '../core/mfa.js';
import { sha256 } from '../crypto/secrets.js';
import { logId, type RequestContext, type RequestInfo } from '../ports/index.js';

/** What events tell about a request. */
export function contextOf(request: Request): RequestContext {
  const { id } = request as { readonly id?: unknown };
  const agent = request.headers['user-agent'];
  const userAgentHash =
    agent === undefined
      ? undefined
      : Buffer.from(sha256(agent), 'base64url').toString('hex').slice(0, 16);
  return {
    ip: request.ip,
    ...(userAgentHash !== undefined && { userAgentHash }),
    requestId: typeof id === 'string' && /^[\w.-]{1,64}$/.test(id) ? id : logId(),
  };
}

/** The same `mfa`, with the request's context on each of its events. */
export function forRequest(mfa: Mfa, request: Request): Mfa {
  let context: RequestContext | undefined;
  const audit = mfa.audit.within(() => (context ??= contextOf(request)));
  return { ...mfa, audit, emit: audit.emit };
}

/** What the host's checks and policies are told about a request. */
export const infoOf = (request: Request): RequestInfo => ({
  ip: request.ip ?? '',
  userAgent: request.headers['user-agent'],
});
