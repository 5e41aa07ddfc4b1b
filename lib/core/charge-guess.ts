import { errors } from '../errors.js';
import type { Account, Authenticator, Client, LoginUse } from '../ports/index.js';
import type { AuthenticatorType, Proof, Step } from './authenticator-type.js';
import { commitWith } from './commit.js';
import { charge, laneOf } from './guess-budget.js';
import { recordUse, useOf } from './login-use.js';
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
    triesLeft(mfa, step);
    const lane = charge(laneOf(account, type.lane), now, guesses.lanes[type.lane]);
    if (!lane.granted) {
      mfa.emit({ event: 'mfa.rate_limited', userId: transaction.userId, reason: type.lane });
      throw errors.tooManyGuesses(lane.retryAt - now);
    }
    const { candidates, mismatch } = type.bind(mfa, proof, step);
    const use = useOf(account, transaction);
    const charged: Account = {
      ...recordUse(account, transaction, useAfter(use, step, candidates), now),
      lanes: { ...account.lanes, [type.lane]: lane.lane },
      failures: addFailures(account.failures, candidates, 1),
    };
    return {
      changes: { account: charged },
      result: { charged: afterCharge(step, charged, candidates), mismatch },
    };
  });
  if (mismatch) {
    mfa.emit({ event: 'mfa.verify.bound_mismatch', userId: charged.transaction.userId });
    throw mismatch;
  }
  return charged;
}

/** One guess more; a proof that came with a delivery is counted against it too. */
const useAfter = (
  { attempts, guesses }: LoginUse,
  { delivery }: Step,
  candidates: readonly Authenticator[],
): Partial<LoginUse> => ({
  attempts: attempts + 1,
  guesses: delivery ? addFailures(guesses, candidates, 1) : guesses,
});

function afterCharge(step: Step, account: Account, candidates: readonly Authenticator[]): Charged {
  const stored = { ...account, version: account.version + 1 };
  return { ...step, account: stored, candidates, chargedAt: step.now };
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
