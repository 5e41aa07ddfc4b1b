import type { EventMembers } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';

/** Channels whose messages cost money by number. */
const PAID = ['sms', 'voice'];

const EVENTS = {
  reserved: { event: 'sms.reserved' },
  sent: { event: 'sms.sent' },
  blocked: { event: 'sms.blocked' },
} as const;

/** What becomes of the money of a message (security.md section 7): told of text messages and calls only. */
export function tellSms(mfa: Mfa, stage: keyof typeof EVENTS, about: EventMembers): void {
  if (PAID.includes(about.channel ?? '')) mfa.emit({ ...EVENTS[stage], ...about });
}
