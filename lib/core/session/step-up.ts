import { errors } from '../../errors.js';
import type { BoundAction } from '../../ports/index.js';
import { admitUser } from '../admit.js';
import { epochOf } from '../cut-off.js';
import { isEnrolled, isUsable, loadOwn, type OwnState } from '../enrollment/enrolled.js';
import { demandOf, type PolicyQuestion } from '../login/demand.js';
import { openTransaction } from '../login/transaction.js';
import { openLogin, type Waiting } from '../login/waiting.js';
import type { Mfa } from '../mfa.js';
import { OFFLINE_ACCESS, OIDC_SCOPES } from '../oauth/audience.js';
import { findClient } from '../oauth/known-client.js';
import { SESSION_CLIENT } from './session-client.js';
import { SESSION, type Visitor } from './session-login.js';
import type { SessionProof } from './session-proof.js';

/** An open session that has to prove itself once more. */
export interface StepUp extends Visitor {
  readonly proof: SessionProof;
  /** The one thing that the proof is to confirm. */
  readonly action?: BoundAction | undefined;
  /** What the policy is asked about; default the session itself. */
  readonly question?: Pick<PolicyQuestion, 'client' | 'audience'> | undefined;
}

/**
 * A session that is open needs a fresh second factor, or its first one.
 *
 * @throws OAuthError when the user is gone or blocked, 503 when the store fails
 */
export async function startStepUp(
  mfa: Mfa,
  {
    proof,
    request,
    device,
    action,
    question = { client: SESSION_CLIENT, audience: SESSION },
  }: StepUp,
): Promise<Waiting> {
  const user = await admitUser(mfa, proof.sub);
  const state = await loadOwn(mfa, user.id);
  const asked = await demandOf(mfa, user, state.own, { ...question, request });
  const allowed = asked.needed === 'none' ? [] : asked.kinds;
  const kinds = action ? showing(mfa, state, allowed) : allowed;
  const needed = isEnrolled(state.own) ? 'challenge' : 'enroll';
  const login = {
    user,
    client: SESSION_CLIENT,
    audience: SESSION,
    scope: '',
    grant: SESSION,
    amr: proof.amr,
    device,
    action: action && { digest: action.digest, text: action.text },
    epoch: proof.epoch,
  };
  return openLogin(mfa, login, state, { needed, kinds, first: proof.first });
}

/** The holder of an access token, who is to confirm one thing. */
export interface Approval {
  readonly auth: {
    readonly sub: string;
    readonly amr: readonly string[];
    readonly clientId?: string | undefined;
    readonly audience?: string | undefined;
    readonly scope?: readonly string[] | undefined;
  };
  readonly action: BoundAction;
}

/**
 * A login transaction whose token confirms one action, for the client of the access token that came along.
 *
 * @returns the `mfa_token`
 * @throws OAuthError when the user is gone or blocked or has nothing that shows the action, 503 when the store fails
 */
export async function startApproval(mfa: Mfa, { auth, action }: Approval): Promise<string> {
  const { sub, clientId = '', audience = '', scope = [], amr } = auth;
  const user = await admitUser(mfa, sub);
  const client = await findClient(mfa, clientId);
  if (!client) throw errors.invalidBearer();
  const state = await loadOwn(mfa, sub);
  return openTransaction(mfa, {
    user,
    client,
    audience,
    // For the route, and for nothing about the user: no id_token, no refresh token.
    scope: scope.filter((it) => !NOT_FOR_ROUTES.includes(it)).join(' '),
    grant: '',
    amr,
    kinds: showing(mfa, state, []),
    knownDevice: false,
    action,
    epoch: epochOf(state.account),
  });
}

const NOT_FOR_ROUTES: readonly string[] = [...OIDC_SCOPES, OFFLINE_ACCESS];

/**
 * Kinds whose messages show what they confirm; of these the ones that the policy allows. Never an empty list, which
 * would allow them all.
 *
 * @throws OAuthError 403 when the user has none of them
 */
function showing(
  mfa: Mfa,
  { account, own }: OwnState,
  allowed: readonly string[],
): readonly string[] {
  const kinds = mfa.types
    .filter((type) => type.carrier)
    .flatMap((type) => type.kinds)
    .filter((kind) => allowed.length === 0 || allowed.includes(kind));
  if (own.some((it) => kinds.includes(it.kind) && isUsable(mfa, account, it))) return kinds;
  throw errors.nothingShows();
}
