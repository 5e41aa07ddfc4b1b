import { APPROVAL_MS } from '../core/action.js';
import { admitUser } from '../core/admit.js';
import { resolveAccess } from '../core/audience.js';
import type { AuthenticatorType } from '../core/authenticator-type.js';
import type { Call } from '../core/call.js';
import { issueTokens } from '../core/issue-tokens.js';
import { markOf } from '../core/known-device.js';
import type { Mfa } from '../core/mfa.js';
import { amrOf } from '../core/session-login.js';
import { readMfaToken } from '../core/transaction.js';
import { verify } from '../core/verification.js';
import type { Client } from '../ports/index.js';
import type { Grant, GrantAnswer } from './grant.js';

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
  { params, request }: Call,
  client: Client,
  type: AuthenticatorType,
): Promise<GrantAnswer> {
  const token = await readMfaToken(mfa, params.required('mfa_token'), { allowAccessToken: true });
  const proof = type.readProof(mfa, params);
  const submission = {
    token,
    client,
    type,
    proof,
    request,
    botCheck: params.optional('bot_check'),
  };
  const verified = await verify(mfa, submission, (userId) => admitUser(mfa, userId));

  // The audience and scope of the login, whatever the client repeats here (wire.md 3.2).
  const { user } = verified;
  const { audience, scope, grant, epoch } = verified.transaction;
  const action = verified.transaction.action?.digest;
  const granted = resolveAccess(mfa, { audience, scope, client });
  const access = action
    ? { ...granted, lifetime: Math.min(granted.lifetime, APPROVAL_MS) }
    : granted;
  const { first } = verified.transaction;
  const authentication = {
    amr: amrOf(verified),
    at: mfa.clock.now(),
    ...(first && { first }),
  };
  const { kind } = verified.authenticator;
  const issue = { user, client, access, grant, authentication, kind, epoch, action };
  const answer = await issueTokens(mfa, issue);
  if (verified.recoveryCode !== undefined) {
    return { tokens: { ...answer, recovery_code: verified.recoveryCode } };
  }
  return {
    tokens: answer,
    device: mfa.settings.deviceCookie ? markOf(mfa, verified.transaction) : undefined,
  };
}
