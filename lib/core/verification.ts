import { errors } from '../errors.js';
import type { Authenticator, User } from '../ports/index.js';
import type { AuthenticatorType, Match, Proof, Step } from './authenticator-type.js';
import { commitWith } from './commit.js';
import { aboutOf, chargeGuess, readStep, type Submission } from './guesses/charge-guess.js';
import { claim, type Verified } from './guesses/claim.js';
import { eventsOf } from './guesses/claim-events.js';
import { guessFailed } from './guesses/failed-guess.js';
import { admitGuess } from './guesses/guess-admission.js';
import { bury } from './login/expired.js';
import type { Mfa } from './mfa.js';
import { countVerified } from './sends/conversion.js';
import { notify } from './sends/notice.js';

export type { Submission } from './guesses/charge-guess.js';
export type { Verified } from './guesses/claim.js';

/**
 * Judges a proof; the only place where guesses are compared.
 *  1. the guess is charged to the user, the login and the challenge, in one commit
 *  2. the proof is compared, in constant time
 *  3. everything it was good for is claimed in one commit, so of many copies one succeeds
 *
 * @param admit - called between 2 and 3 with the user's id; throws to refuse although the proof is right
 * @throws OAuthError when refused
 */
export async function verify(
  mfa: Mfa,
  submission: Submission,
  admit: (userId: string) => Promise<User>,
): Promise<Verified & { readonly user: User }> {
  const { type, proof, token } = submission;
  if (proof.expired) {
    await bury(mfa, { transactionId: token.id, deliveryId: proof.deliveryId });
    throw errors.expiredOobCode();
  }
  const admission = admitGuess(mfa, submission.request);
  const charged = await chargeGuess(mfa, submission, admission).catch(async (cause: unknown) => {
    await admission.then((it) => it.takeBack()).catch(() => undefined); // it was not compared
    throw cause;
  });
  const about = aboutOf(submission, charged);
  if (charged.mismatch) throw charged.mismatch;
  let found = find(mfa, type, proof, charged);
  if (!found) {
    guessFailed(mfa, charged, about);
    throw type.wrong();
  }
  const user = await admit(about.userId as string);

  let step: Step | undefined;
  const claiming = commitWith(mfa, async () => {
    if (step) {
      // Somebody else made progress: what the charge left is no longer true.
      step = await readStep(mfa, submission);
      found = find(mfa, type, proof, { ...step, ...type.bind(mfa, proof, paidFor(step)) });
    } else step = charged;
    if (!found) throw type.wrong();
    const claimed = claim(mfa, type, step, found, charged);
    return { ...claimed, ...eventsOf(claimed, { charged, account: step.account, about }) };
  });
  const [verified] = await Promise.all([claiming, admission.then((it) => it.takeBack())]);
  tellUser(mfa, verified, user, charged);
  const { country } = verified.delivery ?? {};
  if (country !== undefined) countVerified(mfa, country);
  return { ...verified, user };
}

function tellUser(mfa: Mfa, verified: Verified, user: User, { authenticators: own }: Step): void {
  if (verified.confirmed) notify(mfa, { user, subject: 'authenticator.added', own });
  if (verified.recoveryCode !== undefined) notify(mfa, { user, subject: 'recovery.used', own });
}

/** The guess was charged and may be the last that its challenge or authenticator allows: counts refuse it no more. */
const paidFor = (step: Step): Step => ({
  ...step,
  account: { ...step.account, failures: {}, logins: {} },
});

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
