import { deepEqual, equal } from 'node:assert/strict';
import type { Store } from '../../../lib/ports/index.js';
import {
  account,
  authenticator,
  type Case,
  delivery,
  fifty,
  ids,
  on,
  pending,
  stored,
  T,
  transaction,
} from './harness.js';

/** So many of each sort that end at `end`. */
async function fill(store: Store, count: number, end: number) {
  const numbers = Array.from({ length: count }, (_, at) => at);
  await store.commit({
    account: account(),
    put: {
      authenticators: numbers.map((at) => pending({ id: `dev_${at}`, expiresAt: end })),
      transactions: numbers.map((at) => transaction({ id: `tx_${at}`, expiresAt: end })),
      deliveries: numbers.map((at) => delivery({ id: `dl_${at}`, expiresAt: end })),
    },
  });
  for (const at of numbers) {
    await store.reserve([{ key: `w_${at}`, limit: 1, length: end - T }], T);
  }
}

export const purgeCases: readonly Case[] = [
  on('an empty store has nothing to purge', async (store) => {
    equal(await store.purge(T, 100), 0);
  }),

  on('what has ended is removed, one of every sort', async (a, b) => {
    await fill(a, 1, T + 1000);
    equal(await b.purge(T + 999, 100), 0);
    equal(await b.purge(T + 1000, 100), 4);
    equal(await a.purge(T + 1000, 100), 0);
    const loaded = await a.load({ transactionId: 'tx_0', userId: 'ann', deliveryId: 'dl_0' });
    deepEqual([loaded.transaction, loaded.delivery], [undefined, undefined]);
    deepEqual(loaded.authenticators, []);
    equal(loaded.account?.version, 1);
  }),

  on('a purge removes at most the limit of each sort, until none is left', async (store) => {
    await fill(store, 5, T + 1000);
    equal(await store.purge(T + 1000, 2), 8);
    equal(await store.purge(T + 1000, 2), 8);
    equal(await store.purge(T + 1000, 2), 4);
    equal(await store.purge(T + 1000, 2), 0);
  }),

  on('what still runs stays, and active authenticators stay for ever', async (store) => {
    await fill(store, 2, T + 1000);
    const put = {
      authenticators: [
        authenticator({ id: 'active' }),
        pending({ id: 'later', expiresAt: T + 2000 }),
      ],
      transactions: [transaction({ id: 'later', expiresAt: T + 2000 })],
    };
    await store.commit({ account: account({ version: 1 }), put });
    equal(await store.purge(T + 1500, 100), 8);
    deepEqual(ids((await store.load({ userId: 'ann' })).authenticators), ['active', 'later']);
    deepEqual(await stored(store, ['later', 'tx_0']), ['later']);
    equal(await store.purge(T + 1e12, 100), 2);
    deepEqual(ids((await store.load({ userId: 'ann' })).authenticators), ['active']);
  }),

  on('a pending authenticator that became active is not purged', async (store) => {
    await store.commit({ account: account(), put: { authenticators: [pending()] } });
    const put = { authenticators: [authenticator()] };
    await store.commit({ account: account({ version: 1 }), put });
    equal(await store.purge(T + 1e9, 100), 0);
    equal((await store.load({ userId: 'ann' })).authenticators.length, 1);
  }),

  on('a purge leaves guess counts and running windows as they are', async (store) => {
    const lanes = { factor: { consecutive: 3, lockedUntil: T + 60_000, log: [T, T, T] } };
    await store.commit({ account: account({ lanes }) });
    const window = { key: 'k', limit: 1, length: 1000 };
    await store.reserve([window], T);
    equal(await store.purge(T + 999, 100), 0);
    deepEqual((await store.load({ userId: 'ann' })).account?.lanes, lanes);
    equal((await store.reserve([window], T + 999)).granted, false);
  }),

  on('purges at once remove everything, and count each record once', async (a, b) => {
    await fill(a, 20, T + 1000);
    const counts = await fifty(a, b, (store) => store.purge(T + 1000, 2));
    let removed = counts.reduce((sum, it) => sum + it, 0);
    for (let more = 1; more > 0; ) {
      more = await a.purge(T + 1000, 100);
      removed += more;
    }
    equal(removed, 80);
  }),

  on('a store that works says so, and leaves nothing behind', async (a, b) => {
    await a.ready();
    await b.ready();
    equal(await a.purge(T * 2, 100), 0);
    deepEqual((await a.load({ userId: 'ann' })).account, account());
  }),
];
