import { authorizationErrors } from '../core/oauth/authorization-errors.js';
import { authenticateClient } from '../core/oauth/client-auth.js';
import { endFamily, readRefreshToken } from '../core/oauth/refresh-families.js';
import { readFamilies } from '../core/oauth/refresh-record.js';
import type { Endpoint } from './endpoint.js';

/** `POST /oauth/revoke` (RFC 7009): ends the family of a refresh token; an unknown one is no error. */
export const revoke: Endpoint = {
  method: 'POST',
  path: '/revoke',
  async handle(mfa, call) {
    const token = call.params.required('token');
    const client = await authenticateClient(mfa, call);
    const presented = readRefreshToken(mfa, token);
    if (presented) {
      const { live } = await readFamilies(mfa, presented.owner);
      const family = live.find(({ id }) => id === presented.familyId);
      if (family && family.clientId !== client.id) throw authorizationErrors.foreignRefreshToken();
      if (family) await endFamily(mfa, presented, { reused: false });
    } else if (await mfa.tokens.verifyAccessToken(token, undefined)) {
      throw authorizationErrors.unsupportedTokenType();
    }
    return { status: 200 };
  },
};
