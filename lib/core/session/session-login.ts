import { errors } from '../../errors.js';
import type { Client, LoginTransaction, RequestInfo, User } from '../../ports/index.js';
import { admitUser } from '../admit.js';
import type { AuthenticatorType, Proof } from '../authenticator-type.js';
import { epochOf } from '../cut-off.js';
import { afterFirstFactor, type NextStep } from '../login/first-factor.js';
import { firstMethods, provedFirst } from '../login/proved-first.js';
import { readMfaToken } from '../login/transaction.js';
import type { Waiting } from '../login/waiting.js';
import type { Mfa } from '../mfa.js';
import { type Verified, verify } from '../verification.js';
import { markOf } from './known-device.js';
import { SESSION_CLIENT } from './session-client.js';
import { isOpen, newProof, type SessionProof } from './session-proof.js';
import { useTrustedDevice } from './trusted-device.js';

/** `grant` of transactions that end in a session, and `audience`: no token is issued for them. */
export const SESSION = 'session';

/** Somebody at a browser. */
export interface Visitor {
  readonly request: RequestInfo;
  /** The mark of a known device that came along, not checked yet. */
  readonly device: string | undefined;
  /** What a trusted device sent, not checked yet. */
  readonly trusted?: string | undefined;
}

/** What a password login of a session is followed by. */
export type SessionStep =
  | {
      readonly needed: 'none';
      readonly proof: SessionProof;
      /** What a trusted device keeps from now on. */
      readonly trusted?: string | undefined;
    }
  | Waiting;

/**
 * The password of this user was right: the session is open, or its second factor is waited for.
 *
 * @param amr - how the first factor passed; default: as `user.firstFactor` says, else `['pwd']`
 * @throws OAuthError 503 when the store fails
 */
export async function startSessionLogin(
  mfa: Mfa,
  {
    user: found,
    amr: stated,
    ...visitor
  }: Visitor & { readonly user: User; readonly amr?: readonly string[] | undefined },
): Promise<SessionStep> {
  const user = stated ? { ...found, firstFactor: { ...found.firstFactor, amr: stated } } : found;
  const amr = firstMethods(user);
  const trusted = await useTrustedDevice(mfa, user.id, visitor.trusted);
  const next: NextStep = await afterFirstFactor(mfa, {
    user,
    client: SESSION_CLIENT,
    audience: SESSION,
    scope: '',
    grant: SESSION,
    amr,
    ...visitor,
    ...(trusted !== undefined && { waives: ({ needed }) => needed === 'challenge' }),
  });
  if (next.needed !== 'none') return next;
  const epoch = epochOf(next.account);
  return {
    needed: 'none',
    trusted,
    proof: newProof(mfa, {
      sub: user.id,
      amr,
      first: provedFirst(mfa, user),
      since: mfa.clock.now(),
      epoch,
      trusted: trusted !== undefined,
    }),
  };
}

/** A proof that somebody at a browser submits. */
export interface SessionSubmission {
  /** `mfa_token` */
  readonly token: string;
  readonly type: AuthenticatorType;
  readonly proof: Proof;
  readonly request: RequestInfo;
  readonly botCheck?: string | undefined;
  /** The session that is stepped up; undefined at login. */
  readonly session?: SessionProof | undefined;
  /** Default: the client of sessions. */
  readonly client?: Client | undefined;
}

/** A session whose second factor passed. */
export interface Proven extends Pick<Verified, 'authenticator' | 'confirmed' | 'recoveryCode'> {
  readonly user: User;
  readonly proof: SessionProof;
  readonly transaction: LoginTransaction;
  /** The mark that the browser is known by from now on. */
  readonly device: string | undefined;
}

/**
 * Judges a second factor and gives what the session has proved then.
 *
 * @throws OAuthError when refused
 */
export async function proveSession(mfa: Mfa, submission: SessionSubmission): Promise<Proven> {
  const { session, type, proof, request, botCheck, client = SESSION_CLIENT } = submission;
  if (session && !isOpen(mfa, session)) throw errors.expiredMfaToken(); // a step-up prolongs nothing
  const token = await readMfaToken(mfa, submission.token, { allowAccessToken: false });
  const verified = await verify(mfa, { token, client, type, proof, request, botCheck }, (userId) =>
    admitUser(mfa, userId),
  );
  const { user, transaction, recoveryCode } = verified;
  const { epoch = 0, first } = transaction;
  const { kind } = verified.authenticator;
  const since = session?.sub === user.id ? session.since : transaction.createdAt;
  return {
    ...verified,
    proof: newProof(mfa, { sub: user.id, amr: amrOf(verified), kind, first, since, epoch }),
    device:
      mfa.settings.deviceCookie && recoveryCode === undefined
        ? markOf(mfa, transaction)
        : undefined,
  };
}

/** All methods of a login, `mfa` last. */
export function amrOf({
  transaction,
  amr,
}: Pick<Verified, 'transaction' | 'amr'>): readonly string[] {
  const methods = new Set([...transaction.amr, ...amr]);
  methods.delete('mfa'); // of the proof before this one: it stands last
  return [...methods, 'mfa'];
}
