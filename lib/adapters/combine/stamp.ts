import type { Account, Delivery, LoginTransaction } from '../../ports/index.js';

/*
 * Which state of a login the durable store knows. It is written by the commit that changes or removes the login, with
 * the account that guards it, and takes the form of a delivery, so that every durable store can keep, load and purge
 * it. A state in the short-lived store that does not bear it is on its way or was lost, and is not used.
 */

/** No state: the login is over. */
const GONE = 'gone';

/** Ids of deliveries are hashes, so none begins like this. */
export const stampId = (transactionId: string): string => `login ${transactionId}`;

const stamp = (transactionId: string, account: Account): Omit<Delivery, 'state' | 'expiresAt'> => ({
  id: stampId(transactionId),
  transactionId,
  userId: account.userId,
  authenticatorId: '',
  channel: '',
  purpose: 'login',
  createdAt: 0,
});

/** A commit is the only one with its account's next version, so that names the state that it writes. */
export const revisionOf = (account: Account | undefined): number =>
  account === undefined ? 0 : account.version + 1;

export const changed = ({ id, expiresAt }: LoginTransaction, account: Account): Delivery => ({
  ...stamp(id, account),
  state: String(revisionOf(account)),
  expiresAt,
});

export const gone = (
  { id, expiresAt }: Pick<LoginTransaction, 'id' | 'expiresAt'>,
  account: Account,
): Delivery => ({ ...stamp(id, account), state: GONE, expiresAt });

/** Whether a state is the one that the durable store knows; without a stamp, only its first put has happened. */
export function isCurrent(
  state: { readonly transaction: LoginTransaction | undefined; readonly revision: number },
  known: Delivery | undefined,
): boolean {
  if (known?.state === GONE) return state.transaction === undefined;
  if (!state.transaction) return known === undefined;
  return state.revision === Number(known?.state ?? 0);
}
