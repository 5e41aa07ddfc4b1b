import type { LoginTransaction } from '../ports/index.js';

const rank = ({ knownDevice, sends }: LoginTransaction) =>
  2 * Number(knownDevice === true) + Number(sends > 0);

/** Which of these logins go when only so many may stay (`Changes.keepTransactions`); of equal ones the earlier. */
export function surplus(stored: readonly LoginTransaction[], keep: number): LoginTransaction[] {
  const ordered = stored.toReversed();
  ordered.sort((a, b) => rank(b) - rank(a) || b.createdAt - a.createdAt);
  return ordered.slice(keep).filter(({ sends }) => sends === 0);
}
