import type { Account, LoginTransaction } from '../../ports/index.js';
import { epochOf } from '../cut-off.js';
import type { Mfa } from '../mfa.js';

/** How long a device stays known after its last full login (ms). */
export const DEVICE_LIFETIME_MS = 90 * 86_400_000;

/**
 * A mark for a device that passed a second factor of this user. It opens nothing: guesses from a known device are
 * counted in a lane of their own, so that somebody who has the password cannot lock the owner out there
 * (security.md R-025; OWASP, device cookies).
 */
export const markOf = (mfa: Mfa, { userId, epoch = 0 }: Belonging): string =>
  mfa.handles.make('dev', mfa.clock.now() + DEVICE_LIFETIME_MS, bound(userId, epoch)).handle;

/** Whose it is, and since which change of the password. */
type Belonging = Pick<LoginTransaction, 'userId' | 'epoch'>;

const bound = (userId: string, epoch: number): string => `${epoch} ${userId}`;

/** Whether the mark is one of this user's, and not from before a change of the password. */
export function isKnownDevice(mfa: Mfa, mark: string | undefined, account: Account): boolean {
  if (mark === undefined) return false;
  const boundTo = bound(account.userId, epochOf(account));
  return mfa.handles.read('dev', mark, mfa.clock.now(), boundTo).state === 'valid';
}
