import type { Authenticator, EventMembers } from '../ports/index.js';
import type { AuthenticatorType, Match, Proof, Step } from './authenticator-type.js';
import { chargeGuess, readStep, type Submission } from './charge-guess.js';
import { claim, type Verified } from './claim.js';
import { commitWith } from './commit.js';
import type { Mfa } from './mfa.js';

export type { Submission } from './charge-guess.js';
export type { Verified } from './claim.js';

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
  admit: (userId: string) => Promise<void>,
): Promise<Verified> {
  const { type, proof, client } = submission;
  const charged = await chargeGuess(mfa, submission);
  const { userId } = charged.transaction;
  const about = { userId, clientId: client.id, kind: type.name };
  let found = find(mfa, type, proof, charged);
  if (!found) {
    mfa.emit({ event: 'mfa.verify.fail', reason: 'wrong', ...about });
    throw type.wrong();
  }
  await admit(userId);

  let step: Step | undefined;
  const verified = await commitWith(mfa, async () => {
    if (step) {
      // Somebody else made progress: what the charge left is no longer true.
      step = await readStep(mfa, submission);
      found = find(mfa, type, proof, { ...step, ...type.bind(mfa, proof, paidFor(step)) });
    } else step = charged;
    if (!found) throw type.wrong();
    return claim(type, step, found, charged);
  });
  announce(mfa, verified, about);
  return verified;
}

function announce(mfa: Mfa, verified: Verified, about: EventMembers): void {
  const who = { authenticatorId: verified.authenticator.id, ...about };
  mfa.emit({ event: 'mfa.verify.ok', ...who });
  if (verified.confirmed) mfa.emit({ event: 'authenticator.associate.confirmed', ...who });
  if (verified.recoveryCode !== undefined) mfa.emit({ event: 'recovery.used', ...who });
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
