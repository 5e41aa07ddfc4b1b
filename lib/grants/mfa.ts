import { admitUser } from '../core/admit.js';
import type { AuthenticatorType } from '../core/authenticator-type.js';
import type { Call } from '../core/call.js';
import { readMfaToken } from '../core/login/transaction.js';
import type { Mfa } from '../core/mfa.js';
import { resolveAccess } from '../core/oauth/audience.js';
import { type Issue, issueTokens } from '../core/oauth/issue-tokens.js';
import { APPROVAL_MS } from '../core/session/action.js';
import { markOf } from '../core/session/known-device.js';
import { amrOf } from '../core/session/session-login.js';
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

  const answer = await issueTokens(mfa, issueOf(mfa, client, verified));
  if (verified.recoveryCode !== undefined) {
    return { tokens: { ...answer, recovery_code: verified.recoveryCode } };
  }
  return {
    tokens: answer,
    device: mfa.settings.deviceCookie ? markOf(mfa, verified.transaction) : undefined,
  };
}

type Passed = Awaited<ReturnType<typeof verify>>;

/**
 * The audience and scope of the login, whatever the client repeats here (wire.md 3.2). What confirmed one action lives as
 * long as that may be carried out.
 */
function issueOf(mfa: Mfa, client: Client, verified: Passed): Issue {
  const { user, transaction, authenticator } = verified;
  const { audience, scope, grant, epoch, first } = transaction;
  const action = transaction.action?.digest;
  const granted = resolveAccess(mfa, { audience, scope, client });
  const lifetime = action ? Math.min(granted.lifetime, APPROVAL_MS) : granted.lifetime;
  return {
    user,
    client,
    access: { ...granted, lifetime },
    grant,
    authentication: { amr: amrOf(verified), at: mfa.clock.now(), ...(first && { first }) },
    kind: authenticator.kind,
    epoch,
    action,
  };
}
