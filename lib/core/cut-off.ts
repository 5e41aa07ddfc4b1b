import type { Account } from '../ports/index.js';
import { cutCodesOff } from './sends/delivery.js';

/*
 * A change of the password ends everything that began before it (security.md R-007). Counted and not timed: a process
 * whose clock is behind would refuse new logins for as long as it is, and one whose clock is ahead would let old ones pass.
 */

/** What logins, tokens, sessions and marks of devices state that begin now. */
export const epochOf = ({ cutOff }: Account): number => cutOff?.epoch ?? 0;

/** Whether it began before the last cut. */
export const isFromBefore = (
  account: Account,
  { epoch = 0 }: { readonly epoch?: number | undefined },
): boolean => epoch !== epochOf(account);

/** The account after a cut: logins, codes, tokens and known devices from before are dead. */
export const cutOff = (account: Account, now: number): Account => ({
  ...cutCodesOff(account, ''),
  cutOff: { epoch: epochOf(account) + 1, at: now },
});
