import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Store } from '../../ports/index.js';
import { fifty, on, type StoreCase, stored } from './case.js';
import { account, authenticator, delivery, ids, pending, T, transaction } from './records.js';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

/** So many pending authenticators and windows that end at `end`. */
async function fill(store: Store, count: number, end: number) {
  const authenticators = numbers(count).map((at) => pending({ id: `dev_${at}`, expiresAt: end }));
  await store.commit({ account: account(), put: { authenticators } });
  for (const at of numbers(count)) {
    await store.reserve([{ key: `w_${at}`, limit: 1, length: end - T }], T);
  }
}

/** So many transactions and deliveries that end at `end`. */
const fillLogins = (store: Store, count: number, end: number) =>
  store.commit({
    account: account(),
    put: {
      transactions: numbers(count).map((at) => transaction({ id: `tx_${at}`, expiresAt: end })),
      deliveries: numbers(count).map((at) => delivery({ id: `dl_${at}`, expiresAt: end })),
    },
  });

export const purgeCases: readonly StoreCase[] = [
  on('purge', 'an empty store has nothing to purge', async (store) => {
    equal(await store.purge(T, 100), 0);
  }),

  on('purge', 'pending authenticators and windows that have ended are removed', async (a, b) => {
    await fill(a, 1, T + 1000);
    equal(await b.purge(T + 999, 100), 0);
    equal(await b.purge(T + 1000, 100), 2);
    equal(await a.purge(T + 1000, 100), 0);
    const loaded = await a.load({ userId: 'ann' });
    deepEqual(loaded.authenticators, []);
    ok((loaded.account?.version ?? 0) > 0);
  }),

  on('purge', 'it removes at most the limit of each sort, until none is left', async (store) => {
    await fill(store, 5, T + 1000);
    equal(await store.purge(T + 1000, 2), 4);
    equal(await store.purge(T + 1000, 2), 4);
    equal(await store.purge(T + 1000, 2), 2);
    equal(await store.purge(T + 1000, 2), 0);
  }),

  on('purge', 'what still runs stays, and active authenticators stay for ever', async (store) => {
    await fill(store, 2, T + 1000);
    const active = authenticator({ id: 'active' });
    const later = pending({ id: 'later', expiresAt: T + 2000 });
    const put = { authenticators: [active, later] };
    await store.commit({ account: account({ version: 1 }), put });
    equal(await store.purge(T + 1500, 100), 4);
    deepEqual(ids((await store.load({ userId: 'ann' })).authenticators), ['active', 'later']);
    equal(await store.purge(T + 1e12, 100), 1);
    deepEqual(ids((await store.load({ userId: 'ann' })).authenticators), ['active']);
  }),

  on('purge', 'a pending authenticator that became active stays', async (store) => {
    await store.commit({ account: account(), put: { authenticators: [pending()] } });
    const put = { authenticators: [authenticator()] };
    await store.commit({ account: account({ version: 1 }), put });
    equal(await store.purge(T + 1e9, 100), 0);
    equal((await store.load({ userId: 'ann' })).authenticators.length, 1);
  }),

  on('purge', 'guess counts and running windows stay as they are', async (store) => {
    const lanes = { factor: { consecutive: 3, lockedUntil: T + 60_000, log: [T, T, T] } };
    await store.commit({ account: account({ lanes }) });
    const window = { key: 'k', limit: 1, length: 1000 };
    await store.reserve([window], T);
    equal(await store.purge(T + 999, 100), 0);
    deepEqual((await store.load({ userId: 'ann' })).account?.lanes, lanes);
    equal((await store.reserve([window], T + 999)).granted, false);
  }),

  on('purge', 'fifty at once remove everything, and count each record once', async (a, b) => {
    await fill(a, 20, T + 1000);
    const counts = await fifty(a, b, (store) => store.purge(T + 1000, 2));
    let removed = counts.reduce((sum, it) => sum + it, 0);
    for (let more = 1; more > 0; ) {
      more = await a.purge(T + 1000, 100);
      removed += more;
    }
    equal(removed, 40);
  }),

  on('ready', 'a store that works says so, and leaves nothing behind', async (a, b) => {
    await a.ready();
    await b.ready();
    equal(await a.purge(T * 2, 100), 0);
    deepEqual((await a.load({ userId: 'ann' })).account, account());
  }),
];

/** For transactions and deliveries that do not go by themselves. */
export const purgeLoginCases: readonly StoreCase[] = [
  on('purge', 'transactions and deliveries that have ended are removed', async (a, b) => {
    await fillLogins(a, 1, T + 1000);
    const later = transaction({ id: 'later', expiresAt: T + 2000 });
    await a.commit({ put: { transactions: [later] } });
    equal(await b.purge(T + 999, 100), 0);
    equal(await b.purge(T + 1000, 100), 2);
    deepEqual(await stored(a, ['tx_0', 'later']), ['later']);
    equal((await a.load({ deliveryId: 'dl_0' })).delivery, undefined);
    ok((await a.purge(T + 1e12, 100)) >= 1); // and the account, where such go
    deepEqual(await stored(a, ['tx_0', 'later']), []);
  }),

  on('purge', 'at most the limit of transactions, and of deliveries, is removed', async (store) => {
    await fillLogins(store, 5, T + 1000);
    for (const expected of [4, 4, 2, 0]) equal(await store.purge(T + 1000, 2), expected);
  }),
];
