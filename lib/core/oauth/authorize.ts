import type { RequestInfo } from '../../ports/index.js';
import { demandAgain } from '../login/demand-again.js';
import type { Waiting } from '../login/waiting.js';
import type { Mfa } from '../mfa.js';
import { type Admitted, admitProof, type SessionProof } from '../session/session-proof.js';
import { startStepUp } from '../session/step-up.js';
import { makeCode } from './authorization-code.js';
import { authorizationErrors } from './authorization-errors.js';
import type { AuthorizationRequest } from './authorization-request.js';

/** What an authorization request leads to. */
export type Authorization =
  | { readonly needed: 'none'; readonly code: string }
  /** The password; `after`: it has to be given after this time (ms), whatever the session says. */
  | { readonly needed: 'login'; readonly after?: number }
  | { readonly needed: 'factor'; readonly step: Waiting };

/** Who asks. */
export interface Asking {
  /** What the session of the browser has proved. */
  readonly proof: SessionProof | undefined;
  readonly request: RequestInfo;
  /** The mark of a known device that came along, not checked yet. */
  readonly device: string | undefined;
}

/**
 * Gives a code to who is logged in well enough for what is asked for, and else says what is missing (OpenID Connect
 * Core section 3.1.2.3).
 *
 * @throws OAuthError that the client is told: `login_required` to a silent request
 */
export async function authorize(
  mfa: Mfa,
  asked: AuthorizationRequest,
  asking: Asking,
): Promise<Authorization> {
  const admitted = asking.proof && (await admitProof(mfa, asking.proof));
  if (!admitted) return refuseSilent(asked, { needed: 'login' });
  if (!(await isRecent(mfa, asked, admitted))) {
    return refuseSilent(asked, { needed: 'login', after: asked.after ?? mfa.clock.now() });
  }
  const { client, access, multiFactor } = asked;
  const wanted = { client, audience: access.audience, request: asking.request, multiFactor };
  const demand = await demandAgain(mfa, admitted, wanted, admitted.proof);
  if (demand.needed === 'none') return { needed: 'none', code: codeFor(mfa, asked, admitted) };
  if (asked.silent) throw authorizationErrors.factorRequired();
  const question = { client, audience: access.audience };
  const step = await startStepUp(mfa, { ...asking, proof: admitted.proof, question });
  return { needed: 'factor', step };
}

function refuseSilent(asked: AuthorizationRequest, login: Authorization): Authorization {
  if (asked.silent) throw authorizationErrors.loginRequired();
  return login;
}

/** Whether the login is as recent as the request wants it, and of the user that it means. */
async function isRecent(
  mfa: Mfa,
  { client, anew, maxAge, after, idTokenHint }: AuthorizationRequest,
  { proof: { sub, since } }: Admitted,
): Promise<boolean> {
  const wasAsked = after !== undefined && since >= after;
  if (idTokenHint !== undefined) {
    const hint = await mfa.tokens.readIdToken(idTokenHint);
    if (hint?.clientId !== client.id) throw authorizationErrors.invalidIdTokenHint();
    if (hint.sub === sub) return isRecentEnough();
    if (wasAsked) throw authorizationErrors.loginRequired(); // somebody else logged in
    return false;
  }
  return isRecentEnough();

  function isRecentEnough(): boolean {
    if (wasAsked) return true;
    return !anew && (maxAge === undefined || mfa.clock.now() - since <= maxAge);
  }
}

const codeFor = (
  mfa: Mfa,
  { client, redirectUri, challenge, access, nonce }: AuthorizationRequest,
  { user, proof: { amr, at, kind, first, epoch } }: Admitted,
): string =>
  makeCode(mfa, {
    userId: user.id,
    clientId: client.id,
    redirectUri,
    challenge,
    audience: access.audience,
    scope: access.scope,
    nonce,
    authentication: { amr, at, ...(first && { first }) },
    kind,
    epoch,
  });
