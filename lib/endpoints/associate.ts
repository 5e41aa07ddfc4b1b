import { admitUser } from '../core/admit.js';
import type { AuthenticatorType } from '../core/authenticator-type.js';
import type { Call } from '../core/call.js';
import { type Caller, readBearer } from '../core/caller.js';
import { startEnrollment } from '../core/enrollment/enrollment.js';
import type { Mfa } from '../core/mfa.js';
import { authenticateClient, identifyClient } from '../core/oauth/client-auth.js';
import type { Params } from '../core/params.js';
import { errors } from '../errors.js';
import type { User } from '../ports/index.js';
import type { Endpoint } from './endpoint.js';

/** `POST /mfa/associate`: starts an enrollment (wire.md section 4). */
export const associate: Endpoint = {
  method: 'POST',
  path: '/associate',
  async handle(mfa, call) {
    const caller = await readBearer(mfa, call, { scope: 'enroll', mfaTokenAllowed: true });
    const clientId = await namedClient(mfa, call);
    const type = typeOf(mfa, call.params);
    const association = await type.associate?.(mfa, call.params, () => userOf(mfa, caller));
    if (!association) throw errors.factorDisabled();
    const started = await startEnrollment(mfa, {
      ...caller,
      clientId,
      info: call.request,
      association,
    });
    const { user, transaction, authenticator, handle, recoveryCode, expiresAt } = started;
    await identifyClient(mfa, call, transaction.clientId);
    const body = {
      authenticator_type: type.name,
      ...association.answer(user.email ?? user.name ?? user.id),
      ...(handle !== undefined && { oob_code: handle }),
      ...(recoveryCode !== undefined && { recovery_codes: [recoveryCode] }),
      id: association.wireId(authenticator.id),
      expires_in: Math.floor((expiresAt - mfa.clock.now()) / 1000),
    };
    return { status: 200, body };
  },
};

/** Types that the wire knows: one that is not configured is switched off, not unknown. */
const KNOWN = ['otp', 'oob'];

/** Most SDKs send no client here; the client of one that does is checked (wire.md section 4). */
async function namedClient(mfa: Mfa, call: Call): Promise<string | undefined> {
  const { params } = call;
  if (params.optional('client_id') === undefined) return undefined;
  const client = await authenticateClient(mfa, call, { secretOptional: true });
  return client.id;
}

function typeOf(mfa: Mfa, params: Params): AuthenticatorType {
  const asked = params.words('authenticator_types');
  if (asked.length === 0) throw errors.missingParameter('authenticator_types');
  const enrollable = mfa.types.filter((it) => it.associate);
  const known = new Set<string>([...KNOWN, ...enrollable.map(({ name }) => name)]);
  if (!asked.every((name) => known.has(name))) {
    throw errors.invalidParameter('authenticator_types', [...known].join(' or '));
  }
  const type = asked.map((name) => enrollable.find((it) => it.name === name)).find(Boolean);
  if (!type) throw errors.factorDisabled();
  return type;
}

async function userOf(mfa: Mfa, { transactionId, access }: Caller): Promise<User> {
  const { account } = await mfa.store.load({ transactionId, userId: access?.sub });
  if (!account) throw errors.invalidBearer();
  return admitUser(mfa, account.userId, errors.invalidBearer);
}
