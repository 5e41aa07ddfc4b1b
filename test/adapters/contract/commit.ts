import { deepEqual, equal } from 'node:assert/strict';
import type { Changes, LoginTransaction, Store } from '../../../lib/ports/index.js';
import {
  account,
  authenticator,
  type Case,
  delivery,
  ids,
  on,
  pending,
  stored,
  T,
  transaction,
} from './harness.js';

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

export const commitCases: readonly Case[] = [
  on('a commit of version 0 makes the account with version 1, once', async (a, b) => {
    equal(await a.commit({ account: account() }), true);
    equal(await b.commit({ account: account() }), false);
    deepEqual((await b.load({ userId: 'ann' })).account, account({ version: 1 }));
  }),

  on('each commit counts the version up by one', async (a, b) => {
    for (const version of [0, 1, 2, 3]) {
      equal(await (version % 2 ? b : a).commit({ account: account({ version }) }), true);
    }
    equal((await a.load({ userId: 'ann' })).account?.version, 4);
  }),

  on('a version that was, will be, or never was, changes nothing', async (store) => {
    await store.commit({ account: account() });
    await store.commit({ account: account({ version: 1, sends: [T] }) });
    for (const version of [0, 1, 3, 99]) {
      equal(await store.commit({ account: account({ version }) }), false);
    }
    deepEqual((await store.load({ userId: 'ann' })).account, account({ version: 2, sends: [T] }));
  }),

  on('a version above 0 of an account that is not stored changes nothing', async (store) => {
    const put = { transactions: [transaction()] };
    equal(await store.commit({ account: account({ version: 1 }), put }), false);
    equal((await store.load({ transactionId: 'tx' })).transaction, undefined);
  }),

  on('a commit that lost puts nothing and removes nothing', async (store) => {
    const first = {
      authenticators: [authenticator()],
      transactions: [transaction()],
      deliveries: [delivery()],
    };
    await store.commit({ account: account(), put: first });
    const lost = await store.commit({
      account: account({ sends: [T] }),
      put: {
        authenticators: [authenticator({ id: 'dev_2', address: 'x' })],
        transactions: [transaction({ id: 'tx2' })],
        deliveries: [delivery({ id: 'dl2' })],
      },
      remove: { authenticators: [authenticator().id], transactions: ['tx'], deliveries: ['dl'] },
      keepTransactions: 0,
    });
    equal(lost, false);
    const loaded = await store.load({ transactionId: 'tx', deliveryId: 'dl', address: 'x' });
    deepEqual(loaded.authenticators, first.authenticators);
    deepEqual([loaded.transaction, loaded.delivery], [transaction(), delivery()]);
    deepEqual(loaded.account, account({ version: 1 }));
    deepEqual(await stored(store, ['tx', 'tx2']), ['tx']);
    equal((await store.load({ deliveryId: 'dl2' })).delivery, undefined);
  }),

  on('one commit puts and removes records of every sort', async (store) => {
    await store.commit({
      account: account(),
      put: {
        authenticators: [pending({ id: 'old' })],
        transactions: [transaction({ id: 'old' })],
        deliveries: [delivery({ id: 'old' })],
      },
    });
    const done = await store.commit({
      account: account({ version: 1 }),
      put: {
        authenticators: [authenticator({ id: 'new' }), authenticator({ id: 'more' })],
        transactions: [transaction({ id: 'new' })],
        deliveries: [delivery({ id: 'new' })],
      },
      remove: { authenticators: ['old'], transactions: ['old'], deliveries: ['old'] },
    });
    equal(done, true);
    const loaded = await store.load({ transactionId: 'new', deliveryId: 'new' });
    deepEqual(ids(loaded.authenticators), ['new', 'more']);
    deepEqual([loaded.transaction?.id, loaded.delivery?.id], ['new', 'new']);
    deepEqual(await stored(store, ['old', 'new']), ['new']);
    equal((await store.load({ deliveryId: 'old' })).delivery, undefined);
  }),

  on('a put replaces the whole record', async (store) => {
    await store.commit({
      account: account(),
      put: {
        authenticators: [pending({ name: 'n', address: 'x', transactionId: 'tx' })],
        transactions: [transaction({ deliveries: { a: 'b' } })],
        deliveries: [delivery()],
      },
    });
    const put = {
      authenticators: [authenticator({ usedAt: T })],
      transactions: [transaction({ nextSendAt: 1, sends: 1, expiresAt: T + 1 })],
      deliveries: [delivery({ state: 'other' })],
    };
    await store.commit({ account: account({ version: 1 }), put });
    const loaded = await store.load({ transactionId: 'tx', deliveryId: 'dl' });
    deepEqual(loaded.authenticators, put.authenticators);
    deepEqual([loaded.transaction, loaded.delivery], [put.transactions[0], put.deliveries[0]]);
    deepEqual((await store.load({ address: 'x' })).addressUse, { active: 0, pending: 0 });
  }),

  on('removing what is not there is no error', async (store) => {
    const remove = { authenticators: ['none'], transactions: ['none'], deliveries: ['none'] };
    equal(await store.commit({ account: account(), remove }), true);
    equal(await store.commit({ account: account({ version: 1 }), remove: {}, put: {} }), true);
  }),

  on('an authenticator is removed from its own user only', async (store) => {
    const theirs = authenticator({ userId: 'bob' });
    await store.commit({ account: account({ userId: 'bob' }), put: { authenticators: [theirs] } });
    await store.commit({ account: account(), remove: { authenticators: [theirs.id] } });
    deepEqual((await store.load({ userId: 'bob' })).authenticators, [theirs]);
  }),

  on('what is removed and put in one commit is there afterwards', async (store) => {
    await store.commit({ account: account(), put: { transactions: [transaction()] } });
    await store.commit({
      account: account({ version: 1 }),
      remove: { transactions: ['tx'] },
      put: { transactions: [transaction({ nextSendAt: 1 })] },
    });
    equal((await store.load({ transactionId: 'tx' })).transaction?.nextSendAt, 1);
  }),

  on('the first put of a login needs no account and leaves it alone', async (a, b) => {
    await a.commit({ account: account() });
    equal(await a.commit({ put: { transactions: [transaction()] } }), true);
    const loaded = await b.load({ transactionId: 'tx' });
    deepEqual(loaded.transaction, transaction());
    equal(loaded.account?.version, 1);
  }),

  on('a commit of nothing succeeds', async (store) => {
    equal(await store.commit({}), true);
  }),

  on('of the stored logins only so many stay, newest first', async (store) => {
    const before = [3, 1, 4, 2].map((at) => transaction({ id: `t${at}`, createdAt: T + at }));
    deepEqual(await keeping(store, before, 2), ['t3', 't4', 'new']);
  }),

  on('a login that sent a message stays before newer ones that did not', async (store) => {
    const before = [1, 2, 3, 4].map((at) =>
      transaction({ id: `t${at}`, createdAt: T + at, sends: at === 1 ? 2 : 0 }),
    );
    deepEqual(await keeping(store, before, 2), ['t1', 't4', 'new']);
  }),

  on('a login that sent a message stays, however many there are', async (store) => {
    const before = [1, 2, 3].map((at) =>
      transaction({ id: `t${at}`, createdAt: T + at, sends: 4 - at }),
    );
    deepEqual(await keeping(store, before, 2), ['t1', 't2', 't3', 'new']);
  }),

  on('fewer logins than may stay all stay', async (store) => {
    const before = [1, 2].map((at) => transaction({ id: `t${at}`, createdAt: T + at }));
    deepEqual(await keeping(store, before, 2), ['t1', 't2', 'new']);
  }),

  on('none stays when none may', async (store) => {
    deepEqual(await keeping(store, [transaction({ id: 't1' })], 0), ['new']);
  }),

  on('logins of another client or user are not counted', async (store) => {
    const before = [
      transaction({ id: 't1', clientId: 'other' }),
      transaction({ id: 't2', userId: 'bob' }),
      transaction({ id: 't3' }),
    ];
    deepEqual(await keeping(store, before, 0), ['t1', 't2', 'new']);
  }),

  on('a login put again does not push itself out', async (store) => {
    const before = [1, 2].map((at) => transaction({ id: `t${at}`, createdAt: T + at }));
    for (const it of before) await store.commit({ put: { transactions: [it] } });
    const again = transaction({ id: 't1', createdAt: T + 1, nextSendAt: 1 });
    await store.commit({ put: { transactions: [again] }, keepTransactions: 1 });
    equal((await store.load({ transactionId: 't1' })).transaction?.nextSendAt, 1);
    deepEqual(await stored(store, ['t1', 't2']), ['t1', 't2']);
  }),

  on('a login that the same commit removes takes no place', async (store) => {
    const before = [1, 2, 3].map((at) => transaction({ id: `t${at}`, createdAt: T + at }));
    const more = { account: account(), remove: { transactions: ['t3'] } };
    deepEqual(await keeping(store, before, 2, more), ['t1', 't2', 'new']);
  }),

  on('without keepTransactions every login stays', async (store) => {
    const before = Array.from({ length: 8 }, (_, at) => transaction({ id: `t${at}` }));
    for (const it of before) await store.commit({ put: { transactions: [it] } });
    equal((await stored(store, ids(before))).length, 8);
  }),

  on('each connection reads at once what the other wrote', async (a, b) => {
    for (let version = 0; version < 20; version++) {
      const [writer, reader] = version % 2 ? [a, b] : [b, a];
      equal(await writer.commit({ account: account({ version }) }), true);
      equal((await reader.load({ userId: 'ann' })).account?.version, version + 1);
    }
  }),

  on('many records in one commit are all stored', async (store) => {
    const authenticators = Array.from({ length: 25 }, (_, at) =>
      authenticator({ id: `dev_${at}` }),
    );
    const put = {
      authenticators,
      transactions: Array.from({ length: 25 }, (_, at) => transaction({ id: `tx_${at}` })),
      deliveries: Array.from({ length: 25 }, (_, at) => delivery({ id: `dl_${at}` })),
    };
    equal(await store.commit({ account: account(), put }), true);
    const loaded = await store.load({ transactionId: 'tx_24', deliveryId: 'dl_24' });
    deepEqual(ids(loaded.authenticators), ids(authenticators));
    equal(loaded.delivery?.id, 'dl_24');
  }),
];
