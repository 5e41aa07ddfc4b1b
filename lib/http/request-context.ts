import type { Request } from 'express';
import { sha256 } from '../crypto/secrets.js';
import { logId, type RequestContext } from '../ports/index.js';

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
