import { errors } from '../errors.js';
import type { BoundAction } from '../ports/index.js';
import { admitUser } from './admit.js';
import { OFFLINE_ACCESS } from './audience.js';
import { epochOf } from './cut-off.js';
import { demandOf, type PolicyQuestion, requirements } from './demand.js';
import { isEnrolled } from './enrolled.js';
import type { Waiting } from './first-factor.js';
import { isKnownDevice } from './known-device.js';
import type { Mfa } from './mfa.js';
import { SESSION_CLIENT } from './session-client.js';
import { SESSION, type Visitor } from './session-login.js';
import type { SessionProof } from './session-proof.js';
import { alive, openTransaction } from './transaction.js';

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
  const { account, authenticators } = await mfa.store.load({ userId: user.id });
  if (!account) throw new TypeError('store.load({ userId }) gave no account');
  const own = alive(authenticators, mfa.clock.now());
  const asked = await demandOf(mfa, user, own, { ...question, request });
  const allowed = asked.needed === 'none' ? [] : asked.kinds;
  const kinds = action ? showing(mfa, allowed) : allowed;
  const needed = isEnrolled(own) ? 'challenge' : 'enroll';
  const token = await openTransaction(mfa, {
    user,
    client: SESSION_CLIENT,
    audience: SESSION,
    scope: '',
    grant: SESSION,
    amr: proof.amr,
    kinds,
    knownDevice: isKnownDevice(mfa, device, account),
    action: action && { digest: action.digest, text: action.text },
    epoch: proof.epoch,
  });
  const step = { account, authenticators: own };
  return { needed, token, requirements: requirements(mfa, step, { needed, kinds }) };
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
 * @returns the `mfa_token`; undefined when the user has no way to be asked that shows the action
 * @throws OAuthError when the user is gone or blocked, 503 when the store fails
 */
export async function startApproval(
  mfa: Mfa,
  { auth, action }: Approval,
): Promise<string | undefined> {
  const { sub, clientId = '', audience = '', scope = [], amr } = auth;
  const user = await admitUser(mfa, sub);
  const client = await mfa.clients.findById(clientId);
  if (!client) throw errors.invalidBearer();
  const { account, authenticators } = await mfa.store.load({ userId: sub });
  const own = alive(authenticators, mfa.clock.now());
  const kinds = showing(mfa, []);
  if (!account || !own.some((it) => it.status === 'active' && kinds.includes(it.kind)))
    return undefined;
  return openTransaction(mfa, {
    user,
    client,
    audience,
    scope: scope.filter((it) => it !== OFFLINE_ACCESS).join(' '),
    grant: '',
    amr,
    kinds,
    knownDevice: false,
    action,
    epoch: epochOf(account),
  });
}

/** Kinds whose messages show what they confirm; of these the ones that the policy allows. */
function showing({ types }: Mfa, allowed: readonly string[]): readonly string[] {
  const kinds = types.filter((type) => type.carrier).flatMap((type) => type.kinds);
  return kinds.filter((kind) => allowed.length === 0 || allowed.includes(kind));
}
