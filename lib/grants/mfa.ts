import { admitUser } from '../core/admit.js';
import { resolveAccess } from '../core/audience.js';
import type { AuthenticatorType } from '../core/authenticator-type.js';
import type { Call } from '../core/call.js';
import { issueTokens, type TokenAnswer } from '../core/issue-tokens.js';
import type { Mfa } from '../core/mfa.js';
import { readMfaToken } from '../core/transaction.js';
import { verify } from '../core/verification.js';
import { errors } from '../errors.js';
import type { Client, User } from '../ports/index.js';
import type { Grant } from './grant.js';

/**
 * The grant of one authenticator type: `mfa_token` and a proof become the tokens that the login asked for. The
 * three MFA grants are this one procedure; each type brings its `grant_type` and its parameters.
 */
export const mfaGrant = (type: AuthenticatorType): Grant => ({
  type: type.grantType,
  switchName: 'mfa',
  handle: (mfa, call, client) => exchange(mfa, call, client, type),
});

async function exchange(
  mfa: Mfa,
  { params }: Call,
  client: Client,
  type: AuthenticatorType,
): Promise<TokenAnswer> {
  const token = await readMfaToken(mfa, params.required('mfa_token'), { allowAccessToken: true });
  const proof = type.readProof(mfa, params);
  let user: User | undefined;
  const verified = await verify(mfa, { token, client, type, proof }, async (userId) => {
    user = await admitUser(mfa, userId);
  });
  if (!user) throw errors.malformedMfaToken();

  // The audience and scope of the login, whatever the client repeats here (wire.md 3.2).
  const { audience, scope, amr, grant } = verified.transaction;
  const access = resolveAccess(mfa, { audience, scope });
  const methods = new Set([...amr, ...verified.amr]);
  methods.delete('mfa'); // of the proof before this one: it stands last
  const proven = [...methods, 'mfa'];
  const authentication = { amr: proven, at: mfa.clock.now() };
  const answer = await issueTokens(mfa, { user, client, access, grant, authentication });
  return verified.recoveryCode === undefined
    ? answer
    : { ...answer, recovery_code: verified.recoveryCode };
}
