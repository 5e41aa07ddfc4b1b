import { challenge as ask } from '../core/challenge.js';
import { authenticateClient, requireGrant } from '../core/client-auth.js';
import { readMfaToken } from '../core/transaction.js';
import type { Endpoint } from './endpoint.js';

/** `POST /mfa/challenge`: asks for a second factor, or sends its code again (wire.md section 5). */
export const challenge: Endpoint = {
  method: 'POST',
  path: '/challenge',
  async handle(mfa, call) {
    const { params } = call;
    const handle = params.required('mfa_token');
    // Some SDKs leave the secret out here; that the mfa_token is this client's is checked below.
    const client = await authenticateClient(mfa, call, { secretOptional: true });
    requireGrant(client, 'mfa', 'http://auth0.com/oauth/grant-type/mfa-oob');
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
