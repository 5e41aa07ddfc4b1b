import { deepEqual, equal } from 'node:assert/strict';
import type { Changes, LoginTransaction, Store } from '../../ports/index.js';
import { on, type StoreCase, stored } from './case.js';
import { account, ids, T, transaction } from './records.js';

/** Stores these in turn, then puts one more with `keep`; gives the ids that are left. */
async function keeping(
  store: Store,
  before: readonly LoginTransaction[],
  keep: number,
  more: Changes = {},
) {
  for (const it of before) await store.commit({ put: { transactions: [it] } });
  const put = { transactions: [transaction({ id: 'new', createdAt: T + 1000 })] };
  await store.commit({ ...more, put, keepTransactions: keep });
  return stored(store, [...ids(before), 'new']);
}

export const keepCases: readonly StoreCase[] = [
  on('commit', 'of the stored logins only so many stay, newest first', async (store) => {
    const before = [3, 1, 4, 2].map((at) => transaction({ id: `t${at}`, createdAt: T + at }));
    deepEqual(await keeping(store, before, 2), ['t3', 't4', 'new']);
  }),

  on(
    'commit',
    'a login that sent a message stays before newer ones that did not',
    async (store) => {
      const before = [1, 2, 3, 4].map((at) =>
        transaction({ id: `t${at}`, createdAt: T + at, sends: at === 1 ? 2 : 0 }),
      );
      deepEqual(await keeping(store, before, 2), ['t1', 't4', 'new']);
    },
  ),

  on('commit', 'a login that sent a message stays, however many there are', async (store) => {
    const before = [1, 2, 3].map((at) =>
      transaction({ id: `t${at}`, createdAt: T + at, sends: 4 - at }),
    );
    deepEqual(await keeping(store, before, 2), ['t1', 't2', 't3', 'new']);
  }),

  on(
    'commit',
    'a login from a known device stays before newer ones, whether or not these sent a message',
    async (store) => {
      const before = [1, 2, 3, 4, 5].map((at) =>
        transaction({ id: `t${at}`, createdAt: T + at, sends: at % 2, knownDevice: at === 2 }),
      );
      deepEqual(await keeping(store, before, 1), ['t1', 't2', 't3', 't5', 'new']);
    },
  ),

  on('commit', 'of logins from a known device only so many stay, newest first', async (store) => {
    const before = [1, 2, 3, 4].map((at) =>
      transaction({ id: `t${at}`, createdAt: T + at, knownDevice: true }),
    );
    deepEqual(await keeping(store, before, 2), ['t3', 't4', 'new']);
  }),

  on('commit', 'fewer logins than may stay all stay', async (store) => {
    const before = [1, 2].map((at) => transaction({ id: `t${at}`, createdAt: T + at }));
    deepEqual(await keeping(store, before, 2), ['t1', 't2', 'new']);
  }),

  on('commit', 'none stays when none may', async (store) => {
    deepEqual(await keeping(store, [transaction({ id: 't1' })], 0), ['new']);
  }),

  on('commit', 'logins of another client or user are not counted', async (store) => {
    const before = [
      transaction({ id: 't1', clientId: 'other' }),
      transaction({ id: 't2', userId: 'bob' }),
      transaction({ id: 't3' }),
    ];
    deepEqual(await keeping(store, before, 0), ['t1', 't2', 'new']);
  }),

  on('commit', 'a login put again does not push itself out', async (store) => {
    const before = [1, 2].map((at) => transaction({ id: `t${at}`, createdAt: T + at }));
    for (const it of before) await store.commit({ put: { transactions: [it] } });
    const again = transaction({ id: 't1', createdAt: T + 1, nextSendAt: 1 });
    await store.commit({ put: { transactions: [again] }, keepTransactions: 1 });
    equal((await store.load({ transactionId: 't1' })).transaction?.nextSendAt, 1);
    deepEqual(await stored(store, ['t1', 't2']), ['t1', 't2']);
  }),

  on('commit', 'a login that the same commit removes takes no place', async (store) => {
    const before = [1, 2, 3].map((at) => transaction({ id: `t${at}`, createdAt: T + at }));
    const more = { account: account(), remove: { transactions: ['t3'] } };
    deepEqual(await keeping(store, before, 2, more), ['t1', 't2', 'new']);
  }),

  on('commit', 'without keepTransactions every login stays', async (store) => {
    const before = Array.from({ length: 8 }, (_, at) => transaction({ id: `t${at}` }));
    for (const it of before) await store.commit({ put: { transactions: [it] } });
    equal((await stored(store, ids(before))).length, 8);
  }),
];
