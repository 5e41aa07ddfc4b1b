import type { Authenticator, Client, FirstProof, RequestInfo, User } from '../../ports/index.js';
import { isEnrolled, RECOVERY } from '../enrollment/enrolled.js';
import type { Mfa } from '../mfa.js';
import { type Demand, demandOf } from './demand.js';
import { isFresh } from './transaction.js';

/** What was proved earlier, by a session or a login that a refresh token goes on with. */
export interface EarlierProof {
  /** Methods that passed (RFC 8176). */
  readonly amr: readonly string[];
  /** When the last of them passed (ms). */
  readonly at: number;
  /** Kind of the authenticator that passed. */
  readonly kind?: string | undefined;
  /** What proved the first factor, where it was no password. */
  readonly first?: FirstProof | undefined;
  /** The second factor was left out, since the device is trusted (D30). */
  readonly trusted?: boolean | undefined;
}

/** What is asked for now. */
export interface Wanted {
  readonly client: Client;
  readonly audience: string;
  readonly request: RequestInfo;
  /** A second factor is asked for, whatever the policy says. */
  readonly multiFactor?: boolean | undefined;
}

/**
 * Whether what was proved earlier is enough for what is asked for now: the policy is asked again, and the MFA API
 * takes nothing but a second factor of the last 300 seconds (security.md ).
 */
export async function demandAgain(
  mfa: Mfa,
  { user, own }: { readonly user: User; readonly own: readonly Authenticator[] },
  wanted: Wanted,
  { amr, at, kind, first, trusted }: EarlierProof,
): Promise<Demand> {
  const passed = amr.includes('mfa');
  const asked = await demandOf(mfa, user, own, wanted);
  const demand: Demand = asked.needed === 'none' ? asked : { ...asked, first };
  const needed = isEnrolled(own) ? 'challenge' : 'enroll';
  const any: Demand = demand.needed === 'none' ? { needed, kinds: [], first } : demand;
  if (wanted.audience === mfa.audience && !(passed && isFresh(mfa, at))) return any;
  if (wanted.multiFactor && !passed) return any;
  if (demand.needed === 'none') return demand;
  if (trusted && demand.needed === 'challenge') return { needed: 'none' };
  const allowed =
    demand.needed === 'enroll' ||
    demand.kinds.length === 0 ||
    kind === RECOVERY ||
    (kind !== undefined && demand.kinds.includes(kind));
  return passed && allowed ? { needed: 'none' } : demand;
}
