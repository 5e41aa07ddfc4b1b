import { asUser } from '../core/admit.js';
import type { Call } from '../core/call.js';
import { epochOf } from '../core/cut-off.js';
import { afterFirstFactor } from '../core/login/first-factor.js';
import { firstMethods, provedFirst } from '../core/login/proved-first.js';
import { mfaRequired } from '../core/login/waiting.js';
import type { Mfa } from '../core/mfa.js';
import { resolveAccess } from '../core/oauth/audience.js';
import { issueTokens } from '../core/oauth/issue-tokens.js';
import { secretText } from '../core/params.js';
import { errors } from '../errors.js';
import type { Client } from '../ports/index.js';
import type { Grant } from './grant.js';

/** `gty` of its access tokens, also after a second factor (wire.md section 9). */
const GTY = 'password';

/** Username and password (RFC 6749 section 4.3). */
export const password: Grant = {
  type: 'password',
  switchName: 'password',
  handle: (mfa, call, client) => logIn(mfa, call, client, undefined),
};

/** Username and password in one of several user directories. */
export const passwordRealm: Grant = {
  type: 'http://auth0.com/oauth/grant-type/password-realm',
  switchName: 'password',
  handle: (mfa, call, client) => logIn(mfa, call, client, call.params.required('realm')),
};

async function logIn(mfa: Mfa, call: Call, client: Client, realm: string | undefined) {
  const { params, request } = call;
  const username = params.required('username');
  const secret = params.required('password', secretText);
  const access = resolveAccess(mfa, {
    audience: params.optional('audience'),
    scope: params.optional('scope'),
    client,
  });
  const user = asUser(await mfa.users.authenticate(username, secret, { realm, request }));
  if (!user) {
    mfa.emit({ event: 'login.first_factor.fail', clientId: client.id });
    throw errors.wrongPassword();
  }
  if (user.blocked) throw errors.userBlocked();
  mfa.emit({ event: 'login.first_factor.ok', userId: user.id, clientId: client.id });

  const next = await afterFirstFactor(mfa, {
    user,
    client,
    ...access,
    grant: GTY,
    amr: firstMethods(user),
    request,
    device: call.device,
    // A user without an authenticator may have the token to enroll the first one with (wire.md section 9).
    waives: ({ needed }) => needed === 'enroll' && access.audience === mfa.audience,
  });
  if (next.needed !== 'none') throw mfaRequired(mfa, next);
  const first = provedFirst(mfa, user);
  const authentication = {
    amr: firstMethods(user),
    at: mfa.clock.now(),
    ...(first && { first }),
  };
  const epoch = epochOf(next.account);
  const issue = { user, client, access, grant: GTY, authentication, epoch };
  return { tokens: await issueTokens(mfa, issue) };
}
