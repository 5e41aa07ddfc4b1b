import { deepEqual, equal } from 'node:assert/strict';
import { on, type StoreCase } from './case.js';
import { account, authenticator, delivery, ids, pending, T, transaction } from './records.js';

export const loadCases: readonly StoreCase[] = [
  on('load', 'an unknown user has an account of version 0 and nothing else', async (store) => {
    deepEqual(await store.load({ userId: 'ann' }), {
      transaction: undefined,
      delivery: undefined,
      account: account(),
      authenticators: [],
      addressUse: { active: 0, pending: 0 },
    });
  }),

  on('load', 'without a key nothing is loaded', async (store) => {
    await store.commit({ account: account(), put: { transactions: [transaction()] } });
    deepEqual(await store.load({}), {
      transaction: undefined,
      delivery: undefined,
      account: undefined,
      authenticators: [],
      addressUse: { active: 0, pending: 0 },
    });
  }),

  on('load', 'a transaction that does not exist leads to no user', async (store) => {
    const loaded = await store.load({ transactionId: 'none', deliveryId: 'none' });
    equal(loaded.transaction, undefined);
    equal(loaded.delivery, undefined);
    equal(loaded.account, undefined);
    deepEqual(loaded.authenticators, []);
  }),

  on('load', 'a transaction leads to its user, from the other connection too', async (a, b) => {
    const tx = transaction();
    const own = authenticator();
    await a.commit({ account: account(), put: { transactions: [tx], authenticators: [own] } });
    const loaded = await b.load({ transactionId: 'tx' });
    deepEqual(loaded.transaction, tx);
    deepEqual(loaded.account, account({ version: 1 }));
    deepEqual(loaded.authenticators, [own]);
  }),

  on('load', 'a user is loaded although the transaction does not exist', async (store) => {
    await store.commit({ account: account(), put: { authenticators: [authenticator()] } });
    const loaded = await store.load({ transactionId: 'none', userId: 'ann' });
    equal(loaded.transaction, undefined);
    equal(loaded.account?.version, 1);
    equal(loaded.authenticators.length, 1);
  }),

  on('load', 'a delivery is loaded by itself and beside a transaction', async (store) => {
    await store.commit({
      account: account(),
      put: { transactions: [transaction()], deliveries: [delivery()] },
    });
    const alone = await store.load({ deliveryId: 'dl' });
    deepEqual(alone.delivery, delivery());
    equal(alone.account, undefined);
    const both = await store.load({ transactionId: 'tx', deliveryId: 'dl' });
    deepEqual([both.transaction, both.delivery], [transaction(), delivery()]);
  }),

  on(
    'load',
    'authenticators come in the order they were made, also after changes',
    async (store) => {
      const made = ['c', 'a', 'b'].map((id) => authenticator({ id }));
      for (const [version, it] of made.entries()) {
        await store.commit({ account: account({ version }), put: { authenticators: [it] } });
      }
      const changed = authenticator({ id: 'c', usedAt: T + 5 });
      await store.commit({ account: account({ version: 3 }), put: { authenticators: [changed] } });
      deepEqual(ids((await store.load({ userId: 'ann' })).authenticators), ['c', 'a', 'b']);
    },
  ),

  on('load', 'authenticators put at once keep the order of the list', async (store) => {
    const made = ['z', 'm', 'a'].map((id) => authenticator({ id }));
    await store.commit({ account: account(), put: { authenticators: made } });
    deepEqual(ids((await store.load({ userId: 'ann' })).authenticators), ['z', 'm', 'a']);
  }),

  on(
    'load',
    'another user’s authenticators are not loaded, though their ids are the same',
    async (store) => {
      const ours = authenticator({ credential: 'ours' });
      const theirs = authenticator({ userId: 'bob', credential: 'theirs' });
      await store.commit({ account: account(), put: { authenticators: [ours] } });
      await store.commit({
        account: account({ userId: 'bob' }),
        put: { authenticators: [theirs] },
      });
      deepEqual((await store.load({ userId: 'ann' })).authenticators, [ours]);
      deepEqual((await store.load({ userId: 'bob' })).authenticators, [theirs]);
    },
  ),

  on('load', 'the use of an address counts other users, each once', async (store) => {
    const users = [
      { userId: 'ann', records: [authenticator({ address: 'x' })] },
      { userId: 'bob', records: [authenticator({ userId: 'bob', address: 'x' })] },
      {
        userId: 'cat', // an active and a pending one: active
        records: [
          authenticator({ userId: 'cat', id: '1', address: 'x' }),
          pending({ userId: 'cat', id: '2', address: 'x' }),
        ],
      },
      {
        userId: 'dan',
        records: [
          pending({ userId: 'dan', id: '1', address: 'x' }),
          pending({ userId: 'dan', id: '2', address: 'x' }),
        ],
      },
      { userId: 'eve', records: [authenticator({ userId: 'eve', address: 'other' })] },
    ];
    for (const { userId, records } of users) {
      await store.commit({ account: account({ userId }), put: { authenticators: records } });
    }
    const use = async (keys: object) => (await store.load({ address: 'x', ...keys })).addressUse;
    deepEqual(await use({ userId: 'ann' }), { active: 2, pending: 1 });
    deepEqual(await use({ userId: 'dan' }), { active: 3, pending: 0 });
    deepEqual(await use({ userId: 'nobody' }), { active: 3, pending: 1 });
    deepEqual(await use({}), { active: 3, pending: 1 });
    deepEqual(await use({ address: 'nobody’s' }), { active: 0, pending: 0 });
  }),

  on(
    'load',
    'the user that a transaction leads to is not counted among the others',
    async (store) => {
      const own = authenticator({ address: 'x' });
      await store.commit({
        account: account(),
        put: { transactions: [transaction()], authenticators: [own] },
      });
      const { addressUse } = await store.load({ transactionId: 'tx', address: 'x' });
      deepEqual(addressUse, { active: 0, pending: 0 });
      const unknown = await store.load({ transactionId: 'none', address: 'x' });
      deepEqual(unknown.addressUse, { active: 1, pending: 0 });
    },
  ),

  on(
    'load',
    'an authenticator that is removed or changes its address frees the address',
    async (store) => {
      const use = async () => (await store.load({ address: 'x' })).addressUse.active;
      const own = authenticator({ address: 'x' });
      await store.commit({ account: account(), put: { authenticators: [own] } });
      equal(await use(), 1);
      await store.commit({
        account: account({ version: 1 }),
        remove: { authenticators: [own.id] },
      });
      equal(await use(), 0);
    },
  ),
];
