import type { EventMembers, User } from '../../ports/index.js';
import { isDisabled } from '../enrollment/enrolled.js';
import { countFailure } from '../fleet/fleet.js';
import type { Mfa } from '../mfa.js';
import { notify } from '../sends/notice.js';
import type { Charged } from './charge-guess.js';

/** What follows from a guess that was compared and wrong: events, the count of the fleet, word to the user. */
export function guessFailed(mfa: Mfa, charged: Charged, about: EventMembers): void {
  const { account, authenticators, candidates, closes, tells } = charged;
  mfa.emit({ event: 'mfa.verify.fail', reason: 'wrong', ...about });
  if (about.kind === 'recovery-code') mfa.emit({ event: 'recovery.failed', ...about });
  if (closes) mfa.emit({ event: 'mfa.lock.started', ...about });
  const disabled = candidates.filter((it) => isDisabled(mfa, account, it));
  for (const { id } of disabled) {
    mfa.emit({ event: 'authenticator.disabled', ...about, authenticatorId: id });
  }
  countFailure(mfa);
  const subject = disabled.length > 0 ? 'authenticator.disabled' : tells && 'guesses.locked';
  if (!subject || !mfa.tell) return;
  mfa.inBackground(
    userOf(mfa, account.userId).then((user) => {
      if (user) notify(mfa, { user, subject, own: authenticators });
    }),
  );
}

const userOf = async (mfa: Mfa, userId: string): Promise<User | undefined> =>
  (await mfa.users.findById(userId)) || undefined;
