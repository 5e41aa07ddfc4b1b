import { deepEqual, equal } from 'node:assert/strict';
import {
  account,
  authenticator,
  type Case,
  delivery,
  ids,
  on,
  pending,
  T,
  transaction,
} from './harness.js';

export const loadCases: readonly Case[] = [
  on('an unknown user has an account of version 0 and nothing else', async (store) => {
    deepEqual(await store.load({ userId: 'ann' }), {
      transaction: undefined,
      delivery: undefined,
      account: account(),
      authenticators: [],
      addressUse: { active: 0, pending: 0 },
    });
  }),

  on('without a key nothing is loaded', async (store) => {
    await store.commit({ account: account(), put: { transactions: [transaction()] } });
    deepEqual(await store.load({}), {
      transaction: undefined,
      delivery: undefined,
      account: undefined,
      authenticators: [],
      addressUse: { active: 0, pending: 0 },
    });
  }),

  on('a transaction that does not exist leads to no user', async (store) => {
    const loaded = await store.load({ transactionId: 'none', deliveryId: 'none' });
    equal(loaded.transaction, undefined);
    equal(loaded.delivery, undefined);
    equal(loaded.account, undefined);
    deepEqual(loaded.authenticators, []);
  }),

  on('a transaction leads to its user, from the other connection too', async (a, b) => {
    const tx = transaction();
    const own = authenticator();
    await a.commit({ account: account(), put: { transactions: [tx], authenticators: [own] } });
    const loaded = await b.load({ transactionId: 'tx' });
    deepEqual(loaded.transaction, tx);
    deepEqual(loaded.account, account({ version: 1 }));
    deepEqual(loaded.authenticators, [own]);
  }),

  on('a user is loaded although the transaction does not exist', async (store) => {
    await store.commit({ account: account(), put: { authenticators: [authenticator()] } });
    const loaded = await store.load({ transactionId: 'none', userId: 'ann' });
    equal(loaded.transaction, undefined);
    equal(loaded.account?.version, 1);
    equal(loaded.authenticators.length, 1);
  }),

  on('a delivery is loaded by itself and beside a transaction', async (store) => {
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

  on('authenticators come in the order they were made, also after changes', async (store) => {
    const made = ['c', 'a', 'b'].map((id) => authenticator({ id }));
    for (const [version, it] of made.entries()) {
      await store.commit({ account: account({ version }), put: { authenticators: [it] } });
    }
    const changed = authenticator({ id: 'c', usedAt: T + 5 });
    await store.commit({ account: account({ version: 3 }), put: { authenticators: [changed] } });
    deepEqual(ids((await store.load({ userId: 'ann' })).authenticators), ['c', 'a', 'b']);
  }),

  on('authenticators put at once keep the order of the list', async (store) => {
    const made = ['z', 'm', 'a'].map((id) => authenticator({ id }));
    await store.commit({ account: account(), put: { authenticators: made } });
    deepEqual(ids((await store.load({ userId: 'ann' })).authenticators), ['z', 'm', 'a']);
  }),

  on(
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

  on('the use of an address counts other users, each once', async (store) => {
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

  on('the user that a transaction leads to is not counted among the others', async (store) => {
    const own = authenticator({ address: 'x' });
    await store.commit({
      account: account(),
      put: { transactions: [transaction()], authenticators: [own] },
    });
    const { addressUse } = await store.load({ transactionId: 'tx', address: 'x' });
    deepEqual(addressUse, { active: 0, pending: 0 });
    const unknown = await store.load({ transactionId: 'none', address: 'x' });
    deepEqual(unknown.addressUse, { active: 1, pending: 0 });
  }),

  on('an authenticator that is removed or changes its address frees the address', async (store) => {
    const use = async () => (await store.load({ address: 'x' })).addressUse.active;
    const own = authenticator({ address: 'x' });
    await store.commit({ account: account(), put: { authenticators: [own] } });
    equal(await use(), 1);
    await store.commit({
      account: account({ version: 1 }),
      remove: { authenticators: [own.id] },
    });
    equal(await use(), 0);
  }),

  on('times and counts come back as numbers, beyond 32 bits', async (store) => {
    const it = account({
      lanes: { factor: { consecutive: 3, lockedUntil: T, log: [T, T + 1] } },
      failures: { dev_0000000000000001: 2 },
      sends: [T],
    });
    await store.commit({
      account: it,
      put: {
        transactions: [transaction({ nextSendAt: 4, sends: 2 })],
        authenticators: [pending()],
      },
    });
    const loaded = await store.load({ transactionId: 'tx', address: 'x' });
    deepEqual(loaded.account, { ...it, version: 1 });
    equal(typeof loaded.account?.version, 'number');
    equal(loaded.transaction?.nextSendAt, 4);
    equal(loaded.transaction?.expiresAt, T + 600_000);
    equal(loaded.authenticators[0]?.expiresAt, T + 600_000);
    equal(typeof loaded.addressUse.active, 'number');
    equal(typeof loaded.addressUse.pending, 'number');
  }),

  on('records and ids keep every character, and are found by all of it', async (store) => {
    const userId = `auth0|Łukasz 王 🙂 ' " \\ % _ \u00e9 e\u0301 ${'x'.repeat(400)}`;
    const tx = transaction({ id: `${'i'.repeat(300)}🙂`, userId, scope: 'line\nbreak \u0000 "\'' });
    const own = authenticator({
      userId,
      name: '🙂 \u0000 \u2028 \ud800',
      credential: 'c'.repeat(5000),
    });
    await store.commit({
      account: account({ userId }),
      put: { transactions: [tx], authenticators: [own] },
    });
    const loaded = await store.load({ transactionId: tx.id });
    deepEqual(loaded.transaction, tx);
    deepEqual(loaded.authenticators, [own]);
    equal(loaded.account?.userId, userId);
    equal((await store.load({ userId: `${userId}x` })).account?.version, 0);
    equal((await store.load({ userId: userId.toUpperCase() })).account?.version, 0);
  }),

  on(
    'ids that differ in case, a trailing space or a composed letter are different',
    async (store) => {
      const users = ['ann', 'Ann', 'ann ', 'é', 'e\u0301'];
      for (const userId of users) {
        equal(
          await store.commit({ account: account({ userId, sends: [users.indexOf(userId)] }) }),
          true,
        );
      }
      for (const [at, userId] of users.entries()) {
        deepEqual((await store.load({ userId })).account?.sends, [at]);
      }
    },
  ),

  {
    name: 'two issuers on one database share nothing',
    async run(makeStores) {
      const [stores, others] = await makeStores();
      const ours = stores(`https://${T}-${Math.random()}.example/`);
      const theirs = others(`https://${T}-${Math.random()}.example/`);
      const window = [{ key: 'k', limit: 1, length: 1000 }];
      const all = {
        account: account(),
        put: {
          transactions: [transaction()],
          authenticators: [authenticator({ address: 'x' })],
          deliveries: [delivery()],
        },
      };
      equal(await ours.commit(all), true);
      equal((await ours.reserve(window, T)).granted, true);
      const keys = { transactionId: 'tx', deliveryId: 'dl', userId: 'ann', address: 'x' };
      const before = await theirs.load(keys);
      deepEqual(
        [before.transaction, before.delivery, before.account, before.authenticators.length],
        [undefined, undefined, account(), 0],
      );
      equal((await theirs.load({ address: 'x' })).addressUse.active, 0);
      equal(await theirs.commit(all), true);
      equal((await theirs.reserve(window, T)).granted, true);
      const gone = {
        transactions: ['tx'],
        authenticators: [authenticator().id],
        deliveries: ['dl'],
      };
      equal(await theirs.commit({ account: account({ version: 1 }), remove: gone }), true);
      equal(await theirs.purge(T + 1e9, 100), 1);
      const loaded = await ours.load(keys);
      deepEqual([loaded.transaction, loaded.delivery], [transaction(), delivery()]);
      equal(loaded.authenticators.length, 1);
      equal((await ours.reserve(window, T)).granted, false);
    },
  },

  {
    name: 'the store of an issuer asked for twice is the same data',
    async run(makeStores) {
      const [stores] = await makeStores();
      const issuer = `https://${T}-${Math.random()}.example/`;
      equal(await stores(issuer).commit({ account: account() }), true);
      equal((await stores(issuer).load({ userId: 'ann' })).account?.version, 1);
    },
  },
];
