import type {
  Account,
  Authenticator,
  Changes,
  Delivery,
  LoginTransaction,
} from '../../ports/index.js';
import type { AuthenticatorType, Match, Step } from '../authenticator-type.js';
import { RECOVERY } from '../enrollment/enrolled.js';
import { mayEnroll } from '../enrollment/enrollment-rules.js';
import { recordUse } from '../login/login-use.js';
import type { Mfa } from '../mfa.js';
import { cutCodesOff } from '../sends/delivery.js';
import { addFailures, type Charged, comparisons } from './charge-guess.js';
import { laneOf, succeed } from './guess-budget.js';
import { laneNameOf, reopened } from './guess-lanes.js';

/** A second factor that passed. The transaction is used up. */
export interface Verified {
  readonly transaction: LoginTransaction;
  readonly authenticator: Authenticator;
  readonly delivery: Delivery | undefined;
  /** When (ms). */
  readonly at: number;
  /** This proof confirmed the enrollment. */
  readonly confirmed: boolean;
  /** The next recovery code, shown once. */
  readonly recoveryCode: string | undefined;
  /** `amr` values of the proof. */
  readonly amr: readonly string[];
}

/**
 * What a right proof changes, all in one commit: the transaction and its deliveries are used up, the authenticator
 * is active, the charge is given back.
 *
 * @throws OAuthError when it would confirm an enrollment that is no longer allowed
 */
export function claim(
  mfa: Mfa,
  type: AuthenticatorType,
  step: Step,
  { authenticator, match }: { readonly authenticator: Authenticator; readonly match: Match },
  charged: Charged,
): { readonly result: Verified; readonly changes: Changes } {
  const { transaction, authenticators, delivery, now } = step;
  const confirmed = authenticator.status === 'pending';
  if (confirmed) mayEnroll(transaction, authenticators);
  const credential = match.credential ?? authenticator.credential;
  const active: Authenticator = { ...activated(authenticator), credential, usedAt: now };
  const others = confirmed
    ? settlePending(authenticators, authenticator)
    : { activated: [], dropped: [] };
  const used = useUp(transaction, authenticator.id);
  const { recoveryCode } = match;
  return {
    result: {
      transaction,
      authenticator: active,
      delivery,
      at: now,
      confirmed,
      recoveryCode,
      amr: type.amr(step),
    },
    changes: {
      account: afterChange(
        giveBack(mfa, type, step, authenticator, charged),
        { confirmed, recovered: recoveryCode !== undefined },
        step,
      ),
      put: { authenticators: [active, ...others.activated], transactions: used.put },
      remove: { ...used.remove, authenticators: others.dropped },
    },
  };
}

/** What a changed set of authenticators means for codes that are on their way to other logins. */
function afterChange(
  account: Account,
  { confirmed, recovered }: { readonly confirmed: boolean; readonly recovered: boolean },
  { transaction, now }: Step,
): Account {
  if (!confirmed && !recovered) return account;
  const cut = cutCodesOff(account, transaction.id);
  return recovered ? { ...cut, recoveredAt: now } : cut;
}

/**
 * The account without the charge, the login spent; the guess was no failure of the others that it was compared with
 * either. A full login from a known device may open the lane for unknown ones.
 */
function giveBack(
  mfa: Mfa,
  type: AuthenticatorType,
  { account, authenticators, transaction, now }: Step,
  { id }: Authenticator,
  { candidates, chargedAt }: Charged,
): Account {
  const counted = addFailures(account.failures, candidates, -1);
  const others = authenticators.filter((it) => it.id !== id && counted[it.id] !== undefined);
  const failures = Object.fromEntries(others.map((it) => [it.id, counted[it.id] as number]));
  const name = laneNameOf(type, transaction);
  const lane = succeed(laneOf(account, name), chargedAt, comparisons(candidates));
  const used = recordUse(
    untold(account, chargedAt),
    transaction,
    { spent: !transaction.reusable },
    now,
  );
  const charged = { ...used, failures, lanes: { ...account.lanes, [name]: lane } };
  return name === 'device' ? reopened(mfa, charged, now) : charged;
}

/** Without the word to the user that the charge would have been worth. */
function untold(account: Account, chargedAt: number): Account {
  if (account.told?.['lock'] !== chargedAt) return account;
  const { lock: _, ...told } = account.told;
  return { ...account, told };
}

/** The transaction is gone, and every code of it; one that an access token stands for loses only this code. */
function useUp(transaction: LoginTransaction, authenticatorId: string) {
  if (!transaction.reusable) {
    const deliveries = Object.values(transaction.deliveries);
    return { put: [], remove: { transactions: [transaction.id], deliveries } };
  }
  const { [authenticatorId]: used, ...deliveries } = transaction.deliveries;
  return {
    put: [{ ...transaction, deliveries }],
    remove: { deliveries: used === undefined ? [] : [used] },
  };
}

/** The recovery code of the same login becomes active; every other pending enrollment of the user is gone. */
function settlePending(authenticators: readonly Authenticator[], confirmed: Authenticator) {
  const pending = authenticators.filter((it) => it.status === 'pending' && it.id !== confirmed.id);
  const ours = pending.filter(
    (it) => it.kind === RECOVERY && it.transactionId === confirmed.transactionId,
  );
  return {
    activated: ours.map(activated),
    dropped: pending.filter((it) => !ours.includes(it)).map(({ id }) => id),
  };
}

function activated(authenticator: Authenticator): Authenticator {
  const { expiresAt: _, transactionId: __, ...lasting } = authenticator;
  return { ...lasting, status: 'active' };
}
