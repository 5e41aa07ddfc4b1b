import type { Mfa } from '../core/mfa.js';
import { authenticateClient, requireGrant } from '../core/oauth/client-auth.js';
import { errors } from '../errors.js';
import { grantsOf } from '../grants/index.js';
import type { Endpoint } from './endpoint.js';

/** `POST /oauth/token` (wire.md section 3). */
export function token(configured: Mfa): Endpoint {
  const grants = grantsOf(configured);
  return {
    method: 'POST',
    path: '/token',
    grants: [...grants.keys()],
    async handle(mfa, call) {
      const grantType = call.params.required('grant_type');
      const grant = grants.get(grantType);
      if (!grant) throw errors.unsupportedGrantType(grantType);
      const client = await authenticateClient(mfa, call);
      requireGrant(client, grant.switchName, grantType);
      const { tokens, device } = await grant.handle(mfa, call, client);
      return { status: 200, body: tokens, device };
    },
  };
}
