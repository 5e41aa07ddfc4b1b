import type { Account, Authenticator, LoginTransaction } from '../../ports/index.js';
import type { Entry } from '../authenticator-type.js';
import { isProvedFirst } from '../login/proved-first.js';
import { alive } from '../login/transaction.js';
import type { Mfa } from '../mfa.js';

/** `type` of the one authenticator that is for emergencies and never counts as enrolled by itself. */
export const RECOVERY = 'recovery-code';

/** What the store has of a user. */
export interface OwnState {
  readonly account: Account;
  /** Those that are not past their time. */
  readonly own: readonly Authenticator[];
}

/** One round trip. @throws TypeError when the store breaks its contract, and gives no account */
export async function loadOwn(mfa: Mfa, userId: string): Promise<OwnState> {
  const { account, authenticators } = await mfa.store.load({ userId });
  if (!account) throw new TypeError('store.load({ userId }) gave no account');
  return { account, own: alive(authenticators, mfa.clock.now()) };
}

/**
 * Whether the user has confirmed any authenticator, be it disabled by failures or its type switched off since:
 * only then is it safe to let a password alone enroll one (security.md ).
 */
export const isEnrolled = (authenticators: readonly Authenticator[]): boolean =>
  authenticators.some((it) => it.status === 'active' && it.kind !== RECOVERY);

/** Too many failures in a row disabled it; it has to be enrolled anew (D6, R-028). */
export const isDisabled = (mfa: Mfa, account: Account, authenticator: Authenticator): boolean =>
  (account.failures[authenticator.id] ?? 0) >= mfa.settings.guesses.untilDisabled;

/** Whether it may prove anything now. */
export const isUsable = (mfa: Mfa, account: Account, authenticator: Authenticator): boolean =>
  authenticator.status === 'active' && !isDisabled(mfa, account, authenticator);

/** Whether its owner can log in with it: usable, of a type that is switched on, and not just for emergencies. */
export const canProve = (mfa: Mfa, account: Account, authenticator: Authenticator): boolean =>
  authenticator.kind !== RECOVERY &&
  isUsable(mfa, account, authenticator) &&
  mfa.types.some((type) => type.kinds.includes(authenticator.kind));

/** Whether the policy of this login allows the kind. Recovery is always allowed. */
export const allowsKind = (transaction: Pick<LoginTransaction, 'kinds'>, kind: string): boolean =>
  transaction.kinds.length === 0 || transaction.kinds.includes(kind) || kind === RECOVERY;

/**
 * Whether a login may be proved with it: of a kind that its policy allows, and another way than its first factor. A
 * recovery code, which no message tells what it confirms, confirms no action.
 */
export const mayProve = (
  login: Pick<LoginTransaction, 'kinds' | 'first' | 'action'>,
  authenticator: Pick<Authenticator, 'kind' | 'address'>,
): boolean =>
  allowsKind(login, authenticator.kind) &&
  !isProvedFirst(login, authenticator) &&
  !(login.action && authenticator.kind === RECOVERY);

/** The list of the wire: every authenticator through every channel that is switched on, the recovery code last. */
export function entriesOf(mfa: Mfa, authenticators: readonly Authenticator[]): readonly Entry[] {
  const isLast = ({ kind }: Authenticator) => Number(kind === RECOVERY);
  const ordered = authenticators.toSorted((a, b) => isLast(a) - isLast(b));
  return ordered.flatMap((authenticator) =>
    mfa.types
      .filter((type) => type.kinds.includes(authenticator.kind))
      .flatMap((type) => type.entries(authenticator)),
  );
}

/** Names of the types that can be asked for now, for the error that says so. */
export function challengeable(mfa: Mfa, { account, authenticators }: Owned): string {
  const usable = authenticators.filter((it) => it.kind !== RECOVERY && isUsable(mfa, account, it));
  return [...new Set(entriesOf(mfa, usable).map(({ type }) => type.name))].join(' ') || 'none';
}

interface Owned {
  readonly account: Account;
  readonly authenticators: readonly Authenticator[];
}
