import type { LoginTransaction, UnansweredMessage } from '../../ports/index.js';
import type { Carrier } from '../authenticator-type.js';
import type { Mfa } from '../mfa.js';

/** How long after a message without an answer a new try counts as the same message (ms). */
const SAME_MESSAGE_MS = 120_000;

const sealedFor = (mfa: Mfa, transaction: Pick<LoginTransaction, 'id'>) => [
  'code1',
  mfa.issuer,
  transaction.id,
];

/**
 * Keeps the code of a message that may have arrived although no answer came: the next try sends it again, so that
 * whichever of the two arrives works, and both count as one for the number (security.md F-04).
 */
export const remember = (
  mfa: Mfa,
  transaction: LoginTransaction,
  { channel, addresses }: Carrier,
  code: string,
): UnansweredMessage => ({
  channel,
  address: addresses[0] ?? '',
  code: mfa.seal.seal(code, sealedFor(mfa, transaction)),
  at: mfa.clock.now(),
});

/** The code to be sent again, if the last message of this login went the same way and got no answer. */
export function recall(
  mfa: Mfa,
  transaction: LoginTransaction,
  { channel, addresses }: Carrier,
): string | undefined {
  const { unanswered } = transaction;
  if (unanswered?.channel !== channel || !addresses.includes(unanswered.address)) return undefined;
  if (mfa.clock.now() - unanswered.at > SAME_MESSAGE_MS) return undefined;
  return mfa.seal.open(unanswered.code, sealedFor(mfa, transaction));
}
