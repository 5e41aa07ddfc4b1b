import { errors } from '../../errors.js';
import type {
  Account,
  Authenticator,
  Client,
  EventMembers,
  LoginUse,
  RequestInfo,
} from '../../ports/index.js';
import { flowOf, type Happening } from '../audit.js';
import type { AuthenticatorType, Bound, Proof, Step } from '../authenticator-type.js';
import { commitWith } from '../commit.js';
import { isDisabled } from '../enrollment/enrolled.js';
import { recordUse, useOf } from '../login/login-use.js';
import {
  accessTransaction,
  alive,
  liveStep,
  type PresentedToken,
  triesLeft,
} from '../login/transaction.js';
import type { Mfa } from '../mfa.js';
import type { Admission } from './guess-admission.js';
import { charge, laneOf, openAt } from './guess-budget.js';
import { type LaneName, laneNameOf, limitsOf } from './guess-lanes.js';

/** A proof as it was submitted. */
export interface Submission {
  readonly token: PresentedToken;
  readonly client: Client;
  readonly type: AuthenticatorType;
  readonly proof: Proof;
  readonly request: RequestInfo;
  /** What the host's CAPTCHA gave the client. */
  readonly botCheck?: string | undefined;
}

/** A step whose guess was charged, and when. */
export interface Charged extends Step, Bound {
  readonly chargedAt: number;
  /** No guess of this kind is compared for a while from now on. */
  readonly closes: boolean;
  /** That is worth a word to the user, if this guess is wrong: there was none within the hour. */
  readonly tells: boolean;
}

const TELL_EVERY_MS = 3_600_000;

/**
 * Charges first, compares later: what is not charged is not compared.
 *
 * @param admission - rejects when nobody may guess from where this guess comes
 */
export async function chargeGuess(
  mfa: Mfa,
  submission: Submission,
  admission: Promise<Admission>,
): Promise<Charged> {
  const { type, proof } = submission;
  return commitWith(mfa, async () => {
    const [step, { underAttack }] = await Promise.all([readStep(mfa, submission), admission]);
    const { transaction, account, now } = step;
    triesLeft(mfa, step);
    const lane = laneNameOf(type, transaction);
    const limits = limitsOf(mfa, lane, underAttack);
    const opensAt = openAt(laneOf(account, lane), now, limits);
    if (opensAt > now) throw refused(mfa, step, lane, opensAt);
    if (underAttack && lane === 'factor') await passBotCheck(mfa, submission, step);
    const bound = type.bind(mfa, proof, step);
    const { candidates } = bound;
    const paid = charge(laneOf(account, lane), now, limits, comparisons(candidates));
    if (!paid.granted) throw refused(mfa, step, lane, paid.retryAt);
    const closes = openAt(paid.lane, now, limits) > now;
    const tells = closes && now - (account.told?.['lock'] ?? -TELL_EVERY_MS) >= TELL_EVERY_MS;
    const use = useOf(account, transaction);
    const charged: Account = {
      ...recordUse(account, transaction, useAfter(use, step, candidates), now),
      lanes: { ...account.lanes, [lane]: paid.lane },
      failures: addFailures(account.failures, candidates, 1),
      ...(tells && { told: { ...account.told, lock: now } }),
    };
    const stored = { ...charged, version: charged.version + 1 };
    const result = { ...step, ...bound, account: stored, chargedAt: now, closes, tells };
    return {
      changes: { account: charged },
      ...eventsOf(mfa, result, aboutOf(submission, step)),
      result,
    };
  });
}

/**
 * What stands with the charge. The wait and the end of an authenticator are told once the guess proved wrong, which may
 * be after a crash: the log has them from the moment at which they hold.
 */
function eventsOf(
  mfa: Mfa,
  { candidates, account, closes, mismatch }: Charged,
  about: EventMembers,
) {
  const disabled = candidates.filter((it) => isDisabled(mfa, account, it));
  const ends: readonly Happening[] = [
    ...(closes ? [{ event: 'mfa.lock.started' as const, ...about }] : []),
    ...disabled.map(({ id }) => ({
      event: 'authenticator.disabled' as const,
      ...about,
      authenticatorId: id,
    })),
  ];
  const charged: Happening = { event: 'mfa.verify.charged', ...about };
  if (!mismatch) return { events: [charged], quiet: ends };
  return { events: [charged, { event: 'mfa.verify.bound_mismatch' as const, ...about }, ...ends] };
}

/** What events tell about a submission. */
export const aboutOf = (
  { client, type }: Submission,
  { transaction: { id, userId } }: Pick<Step, 'transaction'>,
): EventMembers => ({ userId, clientId: client.id, kind: type.name, flowId: flowOf(id) });

/** @throws OAuthError 429 while the fleet is under attack and the host does not take the caller for a person (D9) */
async function passBotCheck(
  mfa: Mfa,
  { request, botCheck: response }: Submission,
  { transaction: { userId } }: Step,
): Promise<void> {
  if (!mfa.botCheck || (await mfa.botCheck(request, { userId, response })) === true) return;
  mfa.emit({ event: 'mfa.rate_limited', userId, reason: 'bot_check' });
  throw errors.busy(60_000);
}

function refused(mfa: Mfa, { transaction, now }: Step, lane: LaneName, retryAt: number) {
  mfa.emit({ event: 'mfa.rate_limited', userId: transaction.userId, reason: lane });
  return errors.tooManyGuesses(retryAt - now);
}

/** How many secrets a guess is compared with; one that belongs elsewhere counts as one. */
export const comparisons = (candidates: readonly Authenticator[]): number =>
  Math.max(1, candidates.length);

/** One guess more; a proof that came with a delivery is counted against it too. */
const useAfter = (
  { attempts, guesses }: LoginUse,
  { delivery }: Step,
  candidates: readonly Authenticator[],
): Partial<LoginUse> => ({
  attempts: attempts + 1,
  guesses: delivery ? addFailures(guesses, candidates, 1) : guesses,
});

/** What the proof is to be judged by, as it stands now. */
export async function readStep(mfa: Mfa, { token, client, proof }: Submission): Promise<Step> {
  const { id: transactionId, access } = token;
  const keys = { transactionId, userId: access?.sub, deliveryId: proof.deliveryId };
  const loaded = await mfa.store.load(keys);
  const waiting = alive(loaded.authenticators, mfa.clock.now());
  const isWaiting = waiting.some((it) => it.transactionId === transactionId);
  if (loaded.transaction || !access || !isWaiting) return liveStep(mfa, loaded, client);
  // Other logins took its place in the store (D17): the token stands for it still, and for the enrollment that waits.
  return liveStep(mfa, { ...loaded, transaction: accessTransaction(mfa, access) }, client);
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
