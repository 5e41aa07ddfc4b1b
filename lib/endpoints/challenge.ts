import type { Call } from '../core/call.js';
import { challenge as ask } from '../core/challenge.js';
import { readMfaToken } from '../core/login/transaction.js';
import type { Mfa } from '../core/mfa.js';
import { authenticateClient, requireGrant } from '../core/oauth/client-auth.js';
import { SESSION_CLIENT } from '../core/session/session-client.js';
import type { Client } from '../ports/index.js';
import type { Endpoint } from './endpoint.js';

/** `POST /mfa/challenge`: asks for a second factor, or sends its code again (wire.md section 5). */
export const challenge: Endpoint = {
  method: 'POST',
  path: '/challenge',
  async handle(mfa, call) {
    const { params } = call;
    const handle = params.required('mfa_token');
    const client = await callerOf(mfa, call, handle);
    const token = await readMfaToken(mfa, handle, { allowAccessToken: false });
    const asked = await ask(mfa, {
      token,
      client,
      types: params.optional('challenge_type')?.split(' ').filter(Boolean) ?? [],
      authenticatorId: params.optional('authenticator_id'),
      channel: params.optional('oob_channel'),
      request: call.request,
    });
    const { entry, handle: oobCode, expiresAt } = asked;
    const { name } = entry.authenticator;
    const body = {
      challenge_type: entry.type.name,
      ...(oobCode !== undefined && { oob_code: oobCode, binding_method: 'prompt' }),
      authenticator_id: entry.id,
      ...(entry.channel !== undefined && { oob_channel: entry.channel }),
      ...(name !== undefined && { name }),
      ...(expiresAt !== undefined && {
        expires_in: Math.floor((expiresAt - mfa.clock.now()) / 1000),
      }),
    };
    return { status: 200, body };
  },
};

/**
 * The client that asks. The visitor of a session has none to name: there the `mfa_token` alone says who it is, as it
 * does at `/mfa/associate`.
 */
async function callerOf(mfa: Mfa, call: Call, handle: string): Promise<Client> {
  const isNamed = call.params.optional('client_id') ?? call.authorization;
  if (isNamed === undefined && (await isOfSession(mfa, handle))) return SESSION_CLIENT;
  // Some SDKs leave the secret out here; that the mfa_token is this client's is checked later.
  const client = await authenticateClient(mfa, call, { secretOptional: true });
  requireGrant(client, 'mfa', 'http://auth0.com/oauth/grant-type/mfa-oob');
  return client;
}

async function isOfSession(mfa: Mfa, handle: string): Promise<boolean> {
  const read = mfa.handles.read('mfa', handle, mfa.clock.now());
  if (read.state === 'expired') return true; // whosever it was, that is what is wrong with it
  if (read.state !== 'valid') return false;
  const { transaction } = await mfa.store.load({ transactionId: read.id });
  return transaction?.clientId === SESSION_CLIENT.id;
}
