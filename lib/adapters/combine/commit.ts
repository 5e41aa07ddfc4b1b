import type { Account, Changes, Delivery, Store } from '../../ports/index.js';
import type { ShortLivedStore } from '../../ports/short-lived.js';
import { changed, gone, revisionOf } from './stamp.js';

/**
 * The durable part first, with the guard: what lost the race changes nothing in either. When the short-lived part
 * fails afterwards the request is refused, and the login is gone; what it had used up stays used up.
 */
export async function commitBoth(
  durable: Store,
  shortLived: ShortLivedStore,
  changes: Changes,
): Promise<boolean> {
  const { account, put, remove, keepTransactions, events } = changes;
  const short = {
    put: { transactions: put?.transactions, deliveries: put?.deliveries },
    remove: { transactions: remove?.transactions, deliveries: remove?.deliveries },
  };
  const touched = [...Object.values(short.put), ...Object.values(short.remove)];
  const applied = async () => {
    if (!touched.some((it) => it?.length)) return;
    await shortLived.apply({ revision: revisionOf(account), keepTransactions, ...short });
  };
  // Nothing guards a new login, and nobody has its token unless both are done: neither waits for the other.
  if (!account && !put?.authenticators?.length) {
    const told = events?.length ? durable.commit({ events }) : true;
    const [done] = await Promise.all([told, applied()]);
    return done === true;
  }
  const done = await durable.commit({
    account,
    events,
    put: {
      authenticators: put?.authenticators,
      deliveries: account && (await stampsOf(shortLived, changes, account)),
    },
    remove: { authenticators: remove?.authenticators },
  });
  if (done !== true) return false;
  await applied();
  return true;
}

/** What the durable store has to know of the logins that change. */
async function stampsOf(
  shortLived: ShortLivedStore,
  { put, remove }: Changes,
  account: Account,
): Promise<Delivery[]> {
  const stays = put?.transactions ?? [];
  const removed = (remove?.transactions ?? []).filter((id) => !stays.some((it) => it.id === id));
  const ends = await Promise.all(
    removed.map(async (id) => {
      const expiresAt = account.logins[id]?.until ?? (await endOf(shortLived, id));
      return expiresAt === undefined ? [] : [gone({ id, expiresAt }, account)];
    }),
  );
  return [...stays.map((it) => changed(it, account)), ...ends.flat()];
}

/** One that is not there needs no stamp to stay so. */
async function endOf(shortLived: ShortLivedStore, transactionId: string) {
  const { transaction } = await shortLived.load({ transactionId });
  return transaction?.expiresAt;
}
