import { asUser } from '../core/admit.js';
import { type Access, resolveAccess } from '../core/audience.js';
import type { Step } from '../core/authenticator-type.js';
import type { Call } from '../core/call.js';
import { type Demand, demandOf, requirements } from '../core/demand.js';
import { issueTokens } from '../core/issue-tokens.js';
import { isKnownDevice } from '../core/known-device.js';
import type { Mfa } from '../core/mfa.js';
import { secretText } from '../core/params.js';
import { alive, openTransaction } from '../core/transaction.js';
import { errors } from '../errors.js';
import type { Client, User } from '../ports/index.js';
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
  });
  const user = asUser(await mfa.users.authenticate(username, secret, { realm, request }));
  if (!user) {
    mfa.emit({ event: 'login.first_factor.fail', clientId: client.id });
    throw errors.wrongPassword();
  }
  if (user.blocked) throw errors.userBlocked();
  mfa.emit({ event: 'login.first_factor.ok', userId: user.id, clientId: client.id });

  const { account, authenticators } = await mfa.store.load({ userId: user.id });
  if (!account) throw new TypeError('store.load({ userId }) gave no account');
  const own = alive(authenticators, mfa.clock.now());
  const demand = await demandOf(mfa, user, own, { client, audience: access.audience, request });
  if (!passwordIsEnough(mfa, access, demand)) {
    const step = { account, authenticators: own };
    const knownDevice = isKnownDevice(mfa, call.device, account);
    throw await mfaRequired(mfa, { user, client, access, step, demand, knownDevice });
  }
  const authentication = { amr: ['pwd'], at: mfa.clock.now() };
  return { tokens: await issueTokens(mfa, { user, client, access, grant: GTY, authentication }) };
}

/**
 * Whether the password alone is enough: nothing more is demanded, or a user without an authenticator asks for the
 * token to enroll the first one with (wire.md section 9).
 */
const passwordIsEnough = (mfa: Mfa, access: Access, { needed }: Demand): boolean =>
  needed === 'none' || (needed === 'enroll' && access.audience === mfa.audience);

async function mfaRequired(
  mfa: Mfa,
  login: {
    readonly user: User;
    readonly client: Client;
    readonly access: Access;
    readonly step: Pick<Step, 'account' | 'authenticators'>;
    readonly demand: Demand;
    readonly knownDevice: boolean;
  },
) {
  const { user, client, access, step, demand, knownDevice } = login;
  const kinds = demand.needed === 'none' ? [] : demand.kinds;
  const token = await openTransaction(mfa, {
    user,
    client,
    audience: access.audience,
    scope: access.scope,
    grant: GTY,
    amr: ['pwd'],
    kinds,
    knownDevice,
  });
  mfa.emit({ event: 'mfa.required', userId: user.id, clientId: client.id, reason: demand.needed });
  return errors.mfaRequired({
    mfa_token: token,
    ...(mfa.settings.mfaRequirements &&
      demand.needed !== 'none' && { mfa_requirements: requirements(mfa, step, demand) }),
  });
}
