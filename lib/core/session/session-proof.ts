import type { FirstProof, User } from '../../ports/index.js';
import type { VerifiedAccessToken } from '../../tokens/tokens.js';
import { admitUser } from '../admit.js';
import { isFromBefore } from '../cut-off.js';
import type { OwnState } from '../enrollment/enrolled.js';
import { alive } from '../login/transaction.js';
import type { Mfa } from '../mfa.js';
import { MFA_SCOPES } from '../oauth/audience.js';
import { SESSION_CLIENT } from './session-client.js';

/** What a login in a browser proved: plain JSON that stands in the host's session, and nowhere else. */
export interface SessionProof {
  /** 128 random bits: names the session in what it starts. */
  readonly id: string;
  /** The user's id. */
  readonly sub: string;
  /** Methods that passed (RFC 8176), `mfa` among them when there were two. */
  readonly amr: readonly string[];
  /** Kind of the authenticator that passed last; undefined when none did. */
  readonly kind?: string | undefined;
  /** What proved the first factor, where it was no password: no second factor of this session is the same. */
  readonly first?: FirstProof | undefined;
  /** The second factor was left out, since the device is trusted. */
  readonly trusted?: boolean | undefined;
  /** `Account.cutOff.epoch` at its first factor. */
  readonly epoch: number;
  /** When the last of them passed (ms). */
  readonly at: number;
  /** When the first factor of this login passed (ms). */
  readonly since: number;
  /** When the session was last used (ms), to the minute. */
  readonly seen: number;
}

/** A new proof. */
export const newProof = (
  mfa: Mfa,
  {
    sub,
    amr,
    kind,
    first,
    since,
    epoch,
    trusted,
  }: Pick<SessionProof, 'sub' | 'amr' | 'kind' | 'first' | 'since' | 'epoch' | 'trusted'>,
): SessionProof => {
  const now = mfa.clock.now();
  return {
    id: mfa.random.bytes(16).toString('base64url'),
    sub,
    amr,
    ...(kind !== undefined && { kind }),
    ...(first && { first }),
    ...(trusted && { trusted }),
    epoch,
    at: now,
    since,
    seen: now,
  };
};

/** Whether the session has neither been idle nor open for too long (security.md D29, R-116). */
export function isOpen(mfa: Mfa, { since, seen }: SessionProof): boolean {
  const now = mfa.clock.now();
  const { sessionIdle, session } = mfa.settings.lifetimes;
  return now - seen < sessionIdle && now - since < session;
}

/** The proof in the form in which the core knows who may change authenticators. */
export const accessOf = (
  mfa: Mfa,
  { id, sub, amr, epoch, at, since }: SessionProof,
): VerifiedAccessToken => ({
  id,
  sub,
  clientId: SESSION_CLIENT.id,
  scope: MFA_SCOPES,
  authentication: { amr, at },
  epoch,
  expiresAt: since + mfa.settings.lifetimes.session,
});

/** Who a session belongs to, as the store and the host know it now. */
export interface Admitted extends OwnState {
  readonly proof: SessionProof;
  readonly user: User;
}

/**
 * The user of an open session, unless the password was changed since, or the user is gone or blocked.
 * Costs one round trip.
 *
 * @returns undefined when the session is worth nothing any more
 */
export async function admitProof(mfa: Mfa, proof: SessionProof): Promise<Admitted | undefined> {
  if (!isOpen(mfa, proof)) return undefined;
  const { account, authenticators } = await mfa.store.load({ userId: proof.sub });
  if (!account || isFromBefore(account, proof)) return undefined;
  const user = await admitUser(mfa, proof.sub).catch(() => undefined);
  return user && { proof, user, account, own: alive(authenticators, mfa.clock.now()) };
}
