import { commitWith } from '../commit.js';
import type { Mfa } from '../mfa.js';

/**
 * What is refused as expired is removed there and then, so that it stays dead on a process whose clock is behind, and
 * here when the clock is set back (security.md R-041). Forged handles do not come this far; what is gone already costs
 * one read.
 *
 * @param expired - the login, or of this login only that code; the code of another one is left alone
 */
export async function bury(
  mfa: Mfa,
  expired: { readonly transactionId: string; readonly deliveryId?: string | undefined },
): Promise<void> {
  await commitWith(mfa, async () => {
    const { transaction, delivery, account } = await mfa.store.load(expired);
    const whole = expired.deliveryId === undefined;
    if (!transaction || !account || !(whole || delivery?.transactionId === transaction.id)) {
      return { changes: undefined, result: undefined };
    }
    const deliveries = whole ? Object.values(transaction.deliveries) : [expired.deliveryId ?? ''];
    const transactions = whole ? [transaction.id] : [];
    return { changes: { account, remove: { transactions, deliveries } }, result: undefined };
  });
}
