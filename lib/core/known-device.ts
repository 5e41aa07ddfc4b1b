import type { Account } from '../ports/index.js';
import type { Mfa } from './mfa.js';

/** How long a device stays known after its last full login (ms). */
export const DEVICE_LIFETIME_MS = 90 * 86_400_000;

/**
 * A mark for a device that passed a second factor of this user. It opens nothing: guesses from a known device are
 * counted in a lane of their own, so that somebody who has the password cannot lock the owner out there
 * (security.md R-025; OWASP, device cookies).
 */
export const markOf = (mfa: Mfa, userId: string): string =>
  mfa.handles.make('dev', mfa.clock.now() + DEVICE_LIFETIME_MS, userId).handle;

/** Whether the mark is one of this user's, and not from before a change of the password. */
export function isKnownDevice(mfa: Mfa, mark: string | undefined, account: Account): boolean {
  if (mark === undefined) return false;
  const read = mfa.handles.read('dev', mark, mfa.clock.now(), account.userId);
  if (read.state !== 'valid') return false;
  return read.expiresAt - DEVICE_LIFETIME_MS > (account.validAfter ?? 0);
}
