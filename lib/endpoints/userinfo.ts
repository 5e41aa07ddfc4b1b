import { admitUser } from '../core/admit.js';
import type { Answer, Call } from '../core/call.js';
import { isFromBefore } from '../core/cut-off.js';
import type { Mfa } from '../core/mfa.js';
import { authorizationErrors } from '../core/oauth/authorization-errors.js';
import { identifyClient } from '../core/oauth/client-auth.js';
import { profile } from '../core/oauth/issue-tokens.js';
import { errors } from '../errors.js';
import type { Endpoint } from './endpoint.js';

/** `GET` and `POST /userinfo`: claims of the user by scope (OpenID Connect Core section 5.3). */
export const userinfo: readonly Endpoint[] = (['GET', 'POST'] as const).map((method) => ({
  method,
  path: '/userinfo',
  handle: answer,
}));

async function answer(mfa: Mfa, call: Call): Promise<Answer> {
  if (call.params.optional('access_token') !== undefined) {
    throw errors.invalidRequest('Send the access token in the Authorization header');
  }
  const token = /^bearer +([\w.~+/-]{1,4096}=*)$/i.exec(call.authorization ?? '')?.[1] ?? '';
  const access = await mfa.tokens.verifyAccessToken(token, `${mfa.issuer}userinfo`);
  if (!access) throw authorizationErrors.invalidToken();
  await identifyClient(mfa, call, access.clientId);
  if (!access.scope.includes('openid')) throw errors.insufficientScope('openid');
  const { account } = await mfa.store.load({ userId: access.sub });
  if (!account || isFromBefore(account, access)) throw authorizationErrors.invalidToken();
  const user = await admitUser(mfa, access.sub, authorizationErrors.invalidToken);
  return { status: 200, body: { sub: user.id, ...profile(user, access.scope) } };
}
