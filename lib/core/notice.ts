import { messageId } from '../crypto/codes.js';
import type { Authenticator, NoticeSubject, User } from '../ports/index.js';
import { entriesOf } from './enrolled.js';
import type { Mfa } from './mfa.js';

const DAY = 86_400_000;
/** Notices per user in 24 hours: they cost money, and somebody who adds and removes all day needs no more. */
const MAX_PER_DAY = 10;

/** What the user is told, and what the addresses are taken from. */
export interface Notice {
  readonly user: User;
  readonly subject: NoticeSubject;
  /** The user's authenticators, as they were before the change. */
  readonly own: readonly Authenticator[];
}

const TEXTS: Readonly<Record<NoticeSubject, string>> = {
  'authenticator.added': 'A sign-in method was added to your account.',
  'authenticator.removed': 'A sign-in method was removed from your account.',
  'authenticator.disabled': 'A sign-in method was switched off after many wrong codes.',
  'recovery.used': 'A recovery code was used to sign in to your account.',
  'guesses.locked': 'Somebody knows your password and entered wrong codes several times.',
};

/**
 * Tells the user at every address that is known, in the background: the answer does not wait for gateways
 * (security.md ).
 */
export function notify(mfa: Mfa, notice: Notice): void {
  if (mfa.tell) mfa.inBackground(tellAll(mfa, mfa.tell, notice));
}

async function tellAll(
  mfa: Mfa,
  tell: NonNullable<Mfa['tell']>,
  { user, subject, own }: Notice,
): Promise<void> {
  const window = { key: `notice:${user.id}`, limit: MAX_PER_DAY, length: DAY };
  const { hostname } = new URL(mfa.issuer);
  const text = `${hostname}: ${TEXTS[subject]} Not you? Change your password.`;
  for (const to of addressesOf(mfa, user, own)) {
    const { granted } = await mfa.store.reserve([window], mfa.clock.now());
    const about = { userId: user.id, subject };
    if (!granted) {
      mfa.emit({ event: 'notice.failed', reason: 'limit', ...about });
      return;
    }
    const id = messageId(mfa.random);
    const outcome = await tell({ id, channel: 'notice', to, text, purpose: 'notice', subject });
    if (outcome === 'accepted') mfa.emit({ event: 'notice.sent', ...about });
    else mfa.emit({ event: 'notice.failed', reason: 'sender', cause: outcome.refusal, ...about });
  }
}

/** Numbers and addresses of active authenticators, and the mailbox that the host knows to be the user's. */
function addressesOf(mfa: Mfa, user: User, own: readonly Authenticator[]): readonly string[] {
  const active = own.filter(({ status }) => status === 'active');
  const enrolled = entriesOf(mfa, active).flatMap((entry) => carriedTo(mfa, entry));
  const mailbox = user.emailVerified === false ? undefined : user.email;
  return [...new Set([...enrolled, ...(mailbox === undefined ? [] : [mailbox.toLowerCase()])])];
}

function carriedTo(mfa: Mfa, entry: ReturnType<typeof entriesOf>[number]): readonly string[] {
  try {
    const to = entry.type.carrier?.(mfa, entry)?.to;
    return to === undefined ? [] : [to];
  } catch {
    return []; // an address that does not open has raised its alarm already
  }
}
