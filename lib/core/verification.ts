import { errors, type OAuthError } from '../errors.js';
import type { Authenticator, Client, Delivery, LoginTransaction } from '../ports/index.js';
import type { AuthenticatorType, Match, Proof, Step } from './authenticator-type.js';
import { commitWith } from './commit.js';
import { isDisabled, isEnrolled, RECOVERY } from './enrolled.js';
import { mayEnroll } from './enrollment.js';
import { charge, laneOf, succeed } from './guess-budget.js';
import type { Mfa } from './mfa.js';
import { liveStep, type PresentedToken, triesLeft } from './transaction.js';

/** A proof as it was submitted. */
export interface Submission {
  readonly token: PresentedToken;
  readonly client: Client;
  readonly type: AuthenticatorType;
  readonly proof: Proof;
}

/** A second factor that passed. The transaction is used up. */
export interface Verified {
  readonly transaction: LoginTransaction;
  readonly authenticator: Authenticator;
  readonly delivery: Delivery | undefined;
  /** This proof confirmed the enrollment. */
  readonly confirmed: boolean;
  /** The next recovery code, shown once. */
  readonly recoveryCode: string | undefined;
  /** `amr` values of the proof. */
  readonly amr: readonly string[];
}

/** A step whose guess was charged, and when. */
interface Charged extends Step {
  readonly chargedAt: number;
  readonly candidates: readonly Authenticator[];
}

/**
 * Judges a proof; the only place where guesses are compared.
 *  1. the guess is charged to the user, the login and the challenge, in one commit
 *  2. the proof is compared, in constant time
 *  3. everything it was good for is claimed in one commit, so of many copies one succeeds
 *
 * @param admit called between 2 and 3 with the user's id; throws to refuse although the proof is right
 * @throws OAuthError when refused
 */
export async function verify(
  mfa: Mfa,
  submission: Submission,
  admit: (userId: string) => Promise<void>,
): Promise<Verified> {
  const { type, proof, client, token } = submission;
  const charged = await chargeGuess(mfa, submission);
  const { userId } = charged.transaction;
  const about = { userId, clientId: client.id, kind: type.name };
  if (!find(mfa, type, proof, charged)) {
    mfa.emit({ event: 'mfa.verify.fail', reason: 'wrong', ...about });
    throw type.wrong();
  }
  await admit(userId);

  let step: Step = charged;
  const verified = await commitWith(mfa, async () => {
    // The first try builds on the state that the charge left; after a conflict it is read anew.
    step = step === charged ? { ...charged } : await reload(mfa, token, client, proof);
    const { candidates } = type.bind(mfa, proof, step);
    const found = find(mfa, type, proof, { ...step, candidates });
    if (!found) throw type.wrong();
    return claim(mfa, type, step, found, charged);
  });
  mfa.emit({ event: 'mfa.verify.ok', authenticatorId: verified.authenticator.id, ...about });
  return verified;
}

async function reload(
  mfa: Mfa,
  token: PresentedToken,
  client: Client,
  proof: Proof,
): Promise<Step> {
  const keys = { transactionId: token.id, deliveryId: proof.deliveryId };
  return liveStep(mfa, await mfa.store.load(keys), client);
}

function find(
  mfa: Mfa,
  type: AuthenticatorType,
  proof: Proof,
  step: Step & { readonly candidates: readonly Authenticator[] },
): { authenticator: Authenticator; match: Match } | undefined {
  for (const authenticator of step.candidates) {
    const match = type.match(mfa, proof, authenticator, step);
    if (match) return { authenticator, match };
  }
  return undefined;
}

/** Charges first, compares later: what is not charged is not compared. */
async function chargeGuess(mfa: Mfa, submission: Submission): Promise<Charged> {
  const { type, proof, client, token } = submission;
  const { guesses } = mfa.settings;
  const { charged, mismatch } = await commitWith(mfa, async () => {
    const step = await reload(mfa, token, client, proof);
    const { transaction, account, now } = step;
    triesLeft(mfa, transaction);
    const lane = charge(laneOf(account, type.lane), now, guesses.lanes[type.lane]);
    if (!lane.granted) {
      mfa.emit({ event: 'mfa.rate_limited', userId: transaction.userId, reason: type.lane });
      throw errors.tooManyGuesses(lane.retryAt - now);
    }
    const { candidates, mismatch } = type.bind(mfa, proof, step);
    const changed = {
      account: {
        ...account,
        lanes: { ...account.lanes, [type.lane]: lane.lane },
        failures: addFailures(account.failures, candidates, 1),
      },
      transaction: {
        ...transaction,
        attempts: transaction.attempts + 1,
        guesses: step.delivery
          ? addFailures(transaction.guesses, candidates, 1)
          : transaction.guesses,
      },
    };
    return {
      changes: { account: changed.account, put: { transactions: [changed.transaction] } },
      result: { charged: afterCharge(step, changed, candidates), mismatch },
    };
  });
  if (mismatch) {
    mfa.emit({ event: 'mfa.verify.bound_mismatch', userId: charged.transaction.userId });
    throw mismatch satisfies OAuthError;
  }
  return charged;
}

function afterCharge(
  step: Step,
  { account, transaction }: Pick<Step, 'account' | 'transaction'>,
  candidates: readonly Authenticator[],
): Charged {
  const stored = { ...account, version: account.version + 1 };
  return { ...step, account: stored, transaction, candidates, chargedAt: step.now };
}

function addFailures(
  counts: Readonly<Record<string, number>>,
  authenticators: readonly Authenticator[],
  by: number,
): Readonly<Record<string, number>> {
  const next = { ...counts };
  for (const { id } of authenticators) {
    const count = (next[id] ?? 0) + by;
    if (count > 0) next[id] = count;
    else delete next[id];
  }
  return next;
}

/** One commit: the transaction and its deliveries are used up, the authenticator is active, the charge returned. */
function claim(
  mfa: Mfa,
  type: AuthenticatorType,
  step: Step,
  { authenticator, match }: { authenticator: Authenticator; match: Match },
  charged: Charged,
) {
  const { transaction, account, authenticators, delivery, now } = step;
  const confirmed = authenticator.status === 'pending';
  if (confirmed) mayEnroll(transaction, authenticators);
  const active: Authenticator = {
    ...activated(authenticator),
    credential: match.credential ?? authenticator.credential,
    usedAt: now,
  };
  const others = confirmed ? settlePending(authenticators, authenticator) : undefined;
  const result: Verified = {
    transaction,
    authenticator: active,
    delivery,
    confirmed,
    recoveryCode: match.recoveryCode,
    amr: type.amr(step),
  };
  const lane = succeed(laneOf(account, type.lane), charged.chargedAt);
  // The guess was right, so it was no failure of the others that it was compared with either.
  const { [authenticator.id]: _, ...failures } = addFailures(
    account.failures,
    charged.candidates,
    -1,
  );
  return {
    result,
    changes: {
      account: { ...account, failures, lanes: { ...account.lanes, [type.lane]: lane } },
      put: {
        authenticators: [active, ...(others?.activated ?? [])],
        transactions: transaction.reusable ? [without(transaction, authenticator.id)] : [],
      },
      remove: {
        authenticators: others?.dropped ?? [],
        transactions: transaction.reusable ? [] : [transaction.id],
        deliveries: transaction.reusable
          ? [transaction.deliveries[authenticator.id] ?? ''].filter(Boolean)
          : Object.values(transaction.deliveries),
      },
    },
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

function without(transaction: LoginTransaction, authenticatorId: string): LoginTransaction {
  const { [authenticatorId]: _, ...deliveries } = transaction.deliveries;
  return { ...transaction, deliveries };
}

/** Authenticators of these kinds that may be compared in this step: active ones, or pending ones of this login. */
export function comparable(
  mfa: Mfa,
  step: Step,
  kinds: readonly string[],
): readonly Authenticator[] {
  const { transaction, account, authenticators } = step;
  const enrolled = isEnrolled(authenticators);
  return authenticators.filter((it) => {
    if (!kinds.includes(it.kind) || isDisabled(mfa, account, it)) return false;
    if (it.status === 'active') return !transaction.reusable;
    return it.transactionId === transaction.id && (transaction.proven || !enrolled);
  });
}
