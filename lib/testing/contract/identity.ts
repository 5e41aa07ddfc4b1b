import { deepEqual, equal, ok } from 'node:assert/strict';
import { among, freshIssuer, on, type StoreCase } from './case.js';
import { account, authenticator, delivery, pending, T, transaction } from './records.js';

/** What comes back is what was put, and nobody else's. */
export const identityCases: readonly StoreCase[] = [
  on('load', 'times and counts come back as numbers, beyond 32 bits', async (store) => {
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

  on('load', 'records and ids keep every character, and are found by all of it', async (store) => {
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
    'load',
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

  among('load', 'two issuers on one database share nothing', async (stores, others) => {
    const ours = stores(freshIssuer());
    const theirs = others(freshIssuer());
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
    ok((await theirs.purge(T + 1e9, 100)) > 0);
    const loaded = await ours.load(keys);
    deepEqual([loaded.transaction, loaded.delivery], [transaction(), delivery()]);
    equal(loaded.authenticators.length, 1);
    equal((await ours.reserve(window, T)).granted, false);
  }),

  among('load', 'the store of an issuer asked for twice is the same data', async (stores) => {
    const issuer = freshIssuer();
    equal(await stores(issuer).commit({ account: account() }), true);
    equal((await stores(issuer).load({ userId: 'ann' })).account?.version, 1);
  }),
];
