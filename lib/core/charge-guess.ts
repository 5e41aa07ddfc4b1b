import { errors } from '../errors.js';
import type { Authenticator, Client } from '../ports/index.js';
import type { AuthenticatorType, Proof, Step } from './authenticator-type.js';
import { commitWith } from './commit.js';
import { charge, laneOf } from './guess-budget.js';
import type { Mfa } from './mfa.js';
import { liveStep, type PresentedToken, triesLeft } from './transaction.js';

/** A proof as it was submitted. */
export interface Submission {
  readonly token: PresentedToken;
  readonly client: Client;
  readonly type: AuthenticatorType;
  readonly proof: Proof;
}

/** A step whose guess was charged, and when. */
export interface Charged extends Step {
  readonly chargedAt: number;
  readonly candidates: readonly Authenticator[];
}

/** Charges first, compares later: what is not charged is not compared. */
export async function chargeGuess(mfa: Mfa, submission: Submission): Promise<Charged> {
  const { type, proof } = submission;
  const { guesses } = mfa.settings;
  const { charged, mismatch } = await commitWith(mfa, async () => {
    const step = await readStep(mfa, submission);
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
    throw mismatch;
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

/** What the proof is to be judged by, as it stands now. */
export async function readStep(mfa: Mfa, { token, client, proof }: Submission): Promise<Step> {
  const keys = { transactionId: token.id, deliveryId: proof.deliveryId };
  return liveStep(mfa, await mfa.store.load(keys), client);
}

/** Counts up or down; a count of nothing is not kept. */
export function addFailures(
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
