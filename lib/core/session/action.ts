import { sha256 } from '../../crypto/secrets.js';
import { errors } from '../../errors.js';
import type { BoundAction } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';

/** What somebody is about to do, by the names that the message says: `{ amount: '100 EUR', payee: 'Bob' }`. */
export type ActionValues = Readonly<Record<string, string | number>>;

/** How long an action that was confirmed may be carried out (ms). */
export const APPROVAL_MS = 300_000;

const MAX_TEXT = 70;

/** What one message holds beside the host and the action, in its longest template and with two codes of ten digits. */
const AROUND = 40;
const ONE_SEGMENT = 160;

/** Characters of an action that a message has room for, whatever the host and the language. */
const roomFor = ({ issuer }: Pick<Mfa, 'issuer'>): number =>
  Math.min(MAX_TEXT, ONE_SEGMENT - AROUND - new URL(issuer).hostname.length);

/** Letters of the basic GSM-7 alphabet that have no meaning in the last line of a message. */
const UNFIT = /[^A-Za-z0-9 .,:;'"()/+\-=&%*!?£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§äöñüà]/g;

const readable = (text: string) =>
  text
    .replace(/[\s\p{C}]+/gu, ' ')
    .replace(UNFIT, '?')
    .trim();

/**
 * What a code confirms: every value, the user, and the request that carries it out. The same values by another user, or
 * at another address, are another action. All of it is shown: nobody confirms what was cut off.
 *
 * @param where - method and path of the request
 * @throws OAuthError `invalid_request` when a value is missing, neither a text nor a number, or too long to be shown
 * @throws TypeError when the host gives no values
 */
export function actionOf(
  mfa: Pick<Mfa, 'issuer'>,
  userId: string,
  where: string,
  values: ActionValues,
): BoundAction {
  const entries = Object.entries(values).map(([name, value]) => [name, textOf(name, value)]);
  if (entries.length === 0) throw new TypeError('bind must give what the action is about');
  const text = entries.map((it) => it.map((part) => readable(part ?? '')).join(' ')).join(', ');
  if (text.length > roomFor(mfa)) {
    throw errors.invalidRequest('What is to be confirmed is too long to be shown in a message');
  }
  return { digest: sha256(JSON.stringify([userId, where, entries])), text };
}

/** As it came from the request, most likely. */
function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null || value === '') throw errors.missingParameter(name);
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw errors.invalidParameter(name, 'a text or a number');
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
