import { setTimeout } from 'node:timers/promises';
import type { Loaded, LoadKeys, Store } from '../../ports/index.js';
import type { ShortLivedStore } from '../../ports/short-lived.js';
import { isCurrent, stampId } from './stamp.js';

/**
 * How long a state may be on its way from the commit to the short-lived store, in ms between looks; after that it is
 * lost.
 */
const PATIENCE = [1, 2, 4, 8, 16, 32, 64, 128];

/**
 * The login first, since it leads to its user; then the account, which is therefore at least as new. A login that is
 * older than the account is asked for again, and is gone when that does not help.
 */
export async function loadBoth(
  durable: Store,
  shortLived: ShortLivedStore,
  keys: LoadKeys,
): Promise<Loaded> {
  const { transactionId, deliveryId, address } = keys;
  if (transactionId === undefined && deliveryId === undefined) return durable.load(keys);
  for (const wait of [...PATIENCE, undefined]) {
    const { transaction, revision, delivery } = await shortLived.load({
      transactionId,
      deliveryId,
    });
    const userId = transaction?.userId ?? keys.userId;
    const stamped = transactionId !== undefined && userId !== undefined;
    const loaded = await durable.load({
      userId,
      address,
      deliveryId: stamped ? stampId(transactionId) : undefined,
    });
    if (!stamped || isCurrent({ transaction, revision }, loaded.delivery)) {
      return { ...loaded, transaction, delivery };
    }
    if (wait !== undefined) await setTimeout(wait);
  }
  const { delivery } = await shortLived.load({ deliveryId });
  const loaded = await durable.load({ userId: keys.userId, address });
  return { ...loaded, transaction: undefined, delivery };
}
