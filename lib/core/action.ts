import { sha256 } from '../crypto/secrets.js';
import type { BoundAction } from '../ports/index.js';
import type { Mfa } from './mfa.js';

/** What somebody is about to do, by the names that the message says: `{ amount: '100 EUR', payee: 'Bob' }`. */
export type ActionValues = Readonly<Record<string, string | number>>;

/** How long an action that was confirmed may be carried out (ms). */
export const APPROVAL_MS = 300_000;

const MAX_TEXT = 70;

/** Letters of the basic GSM-7 alphabet that have no meaning in the last line of a message. */
const UNFIT = /[^A-Za-z0-9 .,:;'"()/+\-=&%*!?£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§äöñüà]/g;

const readable = (text: string) =>
  text
    .replace(/[\s\p{C}]+/gu, ' ')
    .replace(UNFIT, '?')
    .trim();

/**
 * What a code confirms: every value, the user, and the request that carries it out. The same values by another user, or
 * at another address, are another action.
 *
 * @param where - method and path of the request
 * @throws TypeError when a value is neither a text nor a number
 */
export function actionOf(userId: string, where: string, values: ActionValues): BoundAction {
  const entries = Object.entries(values).map(([name, value]) => {
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new TypeError(`bind must give texts and numbers; "${name}" is a ${typeof value}`);
    }
    return [name, String(value)] as const;
  });
  if (entries.length === 0) throw new TypeError('bind must give what the action is about');
  const text = entries.map(([name, value]) => `${readable(name)} ${readable(value)}`).join(', ');
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text;
  return { digest: sha256(JSON.stringify([userId, where, entries])), text: cut };
}

/**
 * Uses up a confirmation: of any number of requests at once one gets it, over all processes.
 *
 * @param id - names the confirmation
 * @param until - when it is of no use any more (ms)
 */
export async function useApproval(mfa: Mfa, id: string, until: number): Promise<boolean> {
  const now = mfa.clock.now();
  if (until <= now) return false;
  const window = { key: `approval ${id}`, limit: 1, length: until - now + 60_000 };
  return (await mfa.store.reserve([window], now)).granted;
}
