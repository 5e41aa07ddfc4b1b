import type { Account, LoginTransaction, LoginUse } from '../../ports/index.js';

const UNUSED: LoginUse = { until: 0, attempts: 0, guesses: {}, spent: false };

/** What this login has used up so far. */
export const useOf = (account: Account, { id }: Pick<LoginTransaction, 'id'>): LoginUse =>
  account.logins[id] ?? UNUSED;

/** Whether it has succeeded already: its `mfa_token` is as good as unknown (security.md R-007). */
export const isSpent = (account: Account, transaction: Pick<LoginTransaction, 'id'>): boolean =>
  useOf(account, transaction).spent;

/** The account with what this login has used up since; logins that are over are forgotten. */
export function recordUse(
  account: Account,
  transaction: Pick<LoginTransaction, 'id' | 'expiresAt'>,
  change: Partial<LoginUse>,
  now: number,
): Account {
  const running = Object.entries(account.logins).filter(([, { until }]) => until > now);
  const use = { ...useOf(account, transaction), ...change, until: transaction.expiresAt };
  return { ...account, logins: { ...Object.fromEntries(running), [transaction.id]: use } };
}
