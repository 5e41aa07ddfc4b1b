import { deepEqual, equal } from 'node:assert/strict';
import { on, type StoreCase, stored } from './case.js';
import { account, authenticator, delivery, ids, pending, T, transaction } from './records.js';

export const commitCases: readonly StoreCase[] = [
  on('commit', 'a commit of version 0 makes the account with version 1, once', async (a, b) => {
    equal(await a.commit({ account: account() }), true);
    equal(await b.commit({ account: account() }), false);
    deepEqual((await b.load({ userId: 'ann' })).account, account({ version: 1 }));
  }),

  on('commit', 'each commit counts the version up by one', async (a, b) => {
    for (const version of [0, 1, 2, 3]) {
      equal(await (version % 2 ? b : a).commit({ account: account({ version }) }), true);
    }
    equal((await a.load({ userId: 'ann' })).account?.version, 4);
  }),

  on('commit', 'a version that was, will be, or never was, changes nothing', async (store) => {
    await store.commit({ account: account() });
    await store.commit({ account: account({ version: 1, sends: [T] }) });
    for (const version of [0, 1, 3, 99]) {
      equal(await store.commit({ account: account({ version }) }), false);
    }
    deepEqual((await store.load({ userId: 'ann' })).account, account({ version: 2, sends: [T] }));
  }),

  on(
    'commit',
    'a version above 0 of an account that is not stored changes nothing',
    async (store) => {
      const put = { transactions: [transaction()] };
      equal(await store.commit({ account: account({ version: 1 }), put }), false);
      equal((await store.load({ transactionId: 'tx' })).transaction, undefined);
    },
  ),

  on('commit', 'a commit that lost puts nothing and removes nothing', async (store) => {
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

  on('commit', 'one commit puts and removes records of every sort', async (store) => {
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

  on('commit', 'a put replaces the whole record', async (store) => {
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

  on('commit', 'removing what is not there is no error', async (store) => {
    const remove = { authenticators: ['none'], transactions: ['none'], deliveries: ['none'] };
    equal(await store.commit({ account: account(), remove }), true);
    equal(await store.commit({ account: account({ version: 1 }), remove: {}, put: {} }), true);
  }),

  on('commit', 'an authenticator is removed from its own user only', async (store) => {
    const theirs = authenticator({ userId: 'bob' });
    await store.commit({ account: account({ userId: 'bob' }), put: { authenticators: [theirs] } });
    await store.commit({ account: account(), remove: { authenticators: [theirs.id] } });
    deepEqual((await store.load({ userId: 'bob' })).authenticators, [theirs]);
  }),

  on('commit', 'what is removed and put in one commit is there afterwards', async (store) => {
    await store.commit({ account: account(), put: { transactions: [transaction()] } });
    await store.commit({
      account: account({ version: 1 }),
      remove: { transactions: ['tx'] },
      put: { transactions: [transaction({ nextSendAt: 1 })] },
    });
    equal((await store.load({ transactionId: 'tx' })).transaction?.nextSendAt, 1);
  }),

  on('commit', 'the first put of a login needs no account and leaves it alone', async (a, b) => {
    await a.commit({ account: account() });
    equal(await a.commit({ put: { transactions: [transaction()] } }), true);
    const loaded = await b.load({ transactionId: 'tx' });
    deepEqual(loaded.transaction, transaction());
    equal(loaded.account?.version, 1);
  }),

  on('commit', 'a commit of nothing succeeds', async (store) => {
    equal(await store.commit({}), true);
  }),

  on('commit', 'each connection reads at once what the other wrote', async (a, b) => {
    for (let version = 0; version < 20; version++) {
      const [writer, reader] = version % 2 ? [a, b] : [b, a];
      equal(await writer.commit({ account: account({ version }) }), true);
      equal((await reader.load({ userId: 'ann' })).account?.version, version + 1);
    }
  }),

  on('commit', 'many records in one commit are all stored', async (store) => {
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
