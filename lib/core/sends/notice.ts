import { messageId } from '../../crypto/codes.js';
import type { Authenticator, NoticeSubject, User } from '../../ports/index.js';
import { entriesOf } from '../enrollment/enrolled.js';
import { readShared } from '../fleet/shared-state.js';
import { isSwitchedOff } from '../fleet/switches.js';
import { localeOf } from '../locale.js';
import type { Mfa } from '../mfa.js';
import { noticeText } from './notice-texts.js';
import { noticeWindows } from './send-windows.js';

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
  const own24h = { key: `notice:${user.id}`, limit: MAX_PER_DAY, length: DAY };
  const { hostname } = new URL(mfa.issuer);
  const locale = localeOf(mfa, user);
  const text = noticeText(hostname, subject, locale);
  const about = { userId: user.id, subject };
  const { switches } = await readShared(mfa);
  for (const { to, country } of addressesOf(mfa, user, own)) {
    if (isSwitchedOff(switches, { channel: 'notice', country, sender: mfa.noticeSender })) {
      mfa.emit({ event: 'notice.failed', reason: 'switch', ...about });
      continue;
    }
    const { granted } = await mfa.store.reserve([own24h, ...noticeWindows(mfa)], mfa.clock.now());
    if (!granted) {
      mfa.emit({ event: 'notice.failed', reason: 'limit', ...about });
      return;
    }
    const id = messageId(mfa.random);
    const bare = { id, channel: 'notice', to, text, locale, subject } as const;
    const outcome = await tell({ ...bare, purpose: 'notice' });
    if (outcome === 'accepted') mfa.emit({ event: 'notice.sent', ...about });
    else mfa.emit({ event: 'notice.failed', reason: 'sender', cause: outcome.refusal, ...about });
  }
}

/** Where a notice goes. */
interface Place {
  readonly to: string;
  /** Of a number. */
  readonly country?: string | undefined;
}

/** Numbers and addresses of active authenticators, and the mailbox that the host knows to be the user's. */
function addressesOf(mfa: Mfa, user: User, own: readonly Authenticator[]): readonly Place[] {
  const active = own.filter(({ status }) => status === 'active');
  const enrolled = entriesOf(mfa, active).flatMap((entry) => carriedTo(mfa, entry));
  const mailbox = user.emailVerified === false ? undefined : user.email;
  const places = [...enrolled, ...(mailbox === undefined ? [] : [{ to: mailbox.toLowerCase() }])];
  return [...new Map(places.map((it) => [it.to, it])).values()];
}

/** Nobody is told where nothing is sent to: a country that was taken off the list gets no notices either. */
function carriedTo(mfa: Mfa, entry: ReturnType<typeof entriesOf>[number]): readonly Place[] {
  try {
    const carrier = entry.type.carrier?.(mfa, entry);
    if (!carrier || carrier.reach?.refused) return [];
    return [{ to: carrier.to, country: carrier.reach?.country }];
  } catch {
    return []; // an address that does not open has raised its alarm already
  }
}
