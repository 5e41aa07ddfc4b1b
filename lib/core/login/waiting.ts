import { errors, type OAuthError } from '../../errors.js';
import type { OwnState } from '../enrollment/enrolled.js';
import type { Mfa } from '../mfa.js';
import { isKnownDevice } from '../session/known-device.js';
import { type Demand, requirements } from './demand.js';
import { type LoginRequest, openTransaction } from './transaction.js';

/** A login that waits for its second factor. */
export interface Waiting {
  readonly needed: 'enroll' | 'challenge';
  /** `mfa_token` */
  readonly token: string;
  /** What may be enrolled, or what the user can be challenged with (wire.md 3.4). */
  readonly requirements: ReturnType<typeof requirements>;
}

/** What is known of a login before it is known what it lacks. */
export interface Opening extends Omit<LoginRequest, 'kinds' | 'first' | 'knownDevice'> {
  /** The mark of a known device that came along, not checked yet. */
  readonly device: string | undefined;
}

/** What a login lacks, when it lacks something. */
export type Lacking = Exclude<Demand, { readonly needed: 'none' }>;

/**
 * Opens the login transaction in which the second factor is proved.
 *
 * @throws OAuthError 503 when the store fails
 */
export async function openLogin(
  mfa: Mfa,
  { device, ...login }: Opening,
  { account, own }: OwnState,
  lacking: Lacking,
): Promise<Waiting> {
  const token = await openTransaction(mfa, {
    ...login,
    kinds: lacking.kinds,
    first: lacking.first,
    knownDevice: isKnownDevice(mfa, device, account),
  });
  const step = { account, authenticators: own };
  return { needed: lacking.needed, token, requirements: requirements(mfa, step, lacking) };
}

/** The same, where somebody asked for tokens or a session and gets this first: the audit log hears of it. */
export async function requireFactor(
  mfa: Mfa,
  login: Opening,
  state: OwnState,
  lacking: Lacking,
): Promise<Waiting> {
  const waiting = await openLogin(mfa, login, state, lacking);
  const about = { userId: login.user.id, clientId: login.client.id };
  mfa.emit({ event: 'mfa.required', ...about, reason: lacking.needed });
  return waiting;
}

/** 403 `mfa_required`, with the `mfa_token` and what can be done with it. */
export const mfaRequired = (mfa: Mfa, { token, requirements }: Waiting): OAuthError =>
  errors.mfaRequired({
    mfa_token: token,
    ...(mfa.settings.mfaRequirements && { mfa_requirements: requirements }),
  });
