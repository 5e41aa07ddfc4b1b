import { deepEqual, equal, ok } from 'node:assert/strict';
import { fifty, on, type StoreCase, stored, won } from './case.js';
import { account, authenticator, ids, T, transaction } from './records.js';

export const raceCases: readonly StoreCase[] = [
  on(
    'commit',
    'of fifty first commits of a user one wins, with all of its records',
    async (a, b) => {
      const results = await fifty(a, b, (store, at) =>
        store.commit({
          account: account({ sends: [at] }),
          put: { authenticators: [authenticator({ id: `dev_${at}` })] },
        }),
      );
      equal(won(results), 1);
      const loaded = await a.load({ userId: 'ann' });
      equal(loaded.account?.version, 1);
      const winner = results.indexOf(true);
      deepEqual(loaded.account?.sends, [winner]);
      deepEqual(ids(loaded.authenticators), [`dev_${winner}`]);
    },
  ),

  on('commit', 'of fifty commits that read the same version one wins', async (a, b) => {
    await a.commit({ account: account() });
    const results = await fifty(a, b, (store, at) =>
      store.commit({
        account: account({ version: 1, sends: [at] }),
        put: { transactions: [transaction({ id: `t${at}` })] },
      }),
    );
    equal(won(results), 1);
    const all = results.map((_, at) => `t${at}`);
    deepEqual(await stored(b, all), [`t${results.indexOf(true)}`]);
  }),

  on('commit', 'a transaction is used up by one of fifty', async (a, b) => {
    await a.commit({ account: account(), put: { transactions: [transaction()] } });
    const results = await fifty(a, b, async (store) => {
      const loaded = await store.load({ transactionId: 'tx' });
      if (!loaded.transaction || !loaded.account) return false;
      return store.commit({ account: loaded.account, remove: { transactions: ['tx'] } });
    });
    equal(won(results), 1);
    deepEqual(await stored(b, ['tx']), []);
  }),

  on(
    'commit',
    'fifty that load, add one and try again until they win lose no count',
    async (a, b) => {
      await fifty(a, b, async (store, at) => {
        for (;;) {
          const { account: found } = await store.load({ userId: 'ann' });
          ok(found);
          if (await store.commit({ account: { ...found, sends: [...found.sends, at] } })) return;
        }
      });
      const { account: found } = await a.load({ userId: 'ann' });
      equal(found?.version, 50);
      equal(new Set(found?.sends).size, 50);
    },
  ),

  on('load', 'a load during commits never sees half of one', async (a, b) => {
    await a.commit({ account: account(), put: { transactions: [transaction()] } });
    const write = async () => {
      for (let version = 1; version <= 30; version++) {
        await a.commit({
          account: account({ version, sends: [version] }),
          put: {
            transactions: [transaction({ nextSendAt: version })],
            authenticators: [authenticator({ usedAt: version })],
          },
        });
      }
    };
    const read = async () => {
      for (let round = 0; round < 60; round++) {
        const loaded = await b.load({ transactionId: 'tx' });
        const version = loaded.account?.sends[0] ?? 0;
        equal(loaded.account?.version, version + 1);
        equal(loaded.transaction?.nextSendAt, version);
        equal(loaded.authenticators[0]?.usedAt ?? 0, version);
      }
    };
    await Promise.all([write(), read()]);
  }),

  on('commit', 'commits of fifty users at once all win', async (a, b) => {
    const results = await fifty(a, b, (store, at) =>
      store.commit({
        account: account({ userId: `u${at}` }),
        put: { authenticators: [authenticator({ userId: `u${at}`, address: 'x' })] },
      }),
    );
    equal(won(results), 50);
    deepEqual((await a.load({ address: 'x' })).addressUse, { active: 50, pending: 0 });
  }),

  on(
    'commit',
    'fifty first logins at once all succeed, and the next one cuts them down',
    async (a, b) => {
      const logins = Array.from({ length: 50 }, (_, at) => `t${at}`);
      const results = await fifty(a, b, (store, at) =>
        store.commit({
          put: { transactions: [transaction({ id: `t${at}` })] },
          keepTransactions: 4,
        }),
      );
      equal(won(results), 50);
      const put = { transactions: [transaction({ id: 'next', createdAt: T + 1 })] };
      equal(await b.commit({ put, keepTransactions: 4 }), true);
      const left = await stored(a, [...logins, 'next']);
      equal(left.length, 5);
      ok(left.includes('next'));
    },
  ),

  on('reserve', 'a window of seven grants seven of fifty', async (a, b) => {
    const windows = [{ key: 'k', limit: 7, length: 1000 }];
    const results = await fifty(a, b, (store) => store.reserve(windows, T));
    equal(won(results.map((it) => it.granted)), 7);
  }),

  on('reserve', 'fifty that want several windows take all of them or none', async (a, b) => {
    const wide = { key: 'wide', limit: 100, length: 1000 };
    const tight = { key: 'tight', limit: 5, length: 1000 };
    const results = await fifty(a, b, (store, at) =>
      store.reserve(at % 3 ? [wide, tight] : [tight, wide], T),
    );
    equal(won(results.map((it) => it.granted)), 5);
    // The refused took nothing of the wide window: 95 are left of its 100.
    const rest = { ...wide, limit: 6 };
    equal((await a.reserve([rest], T)).granted, true);
    equal((await b.reserve([rest], T)).granted, false);
  }),

  on('reserve', 'fifty with overlapping windows in any order all come through', async (a, b) => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const results = await fifty(a, b, (store, at) => {
      const mine = [keys[at % 5], keys[(at + 1) % 5], keys[(at + 3) % 5]];
      return store.reserve(
        mine.map((key) => ({ key: key as string, limit: 1000, length: 1000 })),
        T,
      );
    });
    equal(won(results.map((it) => it.granted)), 50);
    for (const key of keys) {
      const { granted } = await a.reserve([{ key, limit: 31, length: 1000 }], T);
      const more = await b.reserve([{ key, limit: 31, length: 1000 }], T);
      deepEqual([granted, more.granted], [true, false]);
    }
  }),

  on('release', 'reservations and releases at once end at what is held', async (a, b) => {
    const windows = [
      { key: 'x', limit: 1000, length: 1000 },
      { key: 'y', limit: 1000, length: 1000 },
    ];
    await fifty(a, b, async (store, at) => {
      await store.reserve(windows, T);
      if (at % 2) await store.release([...windows].reverse(), T);
    });
    const last = windows.map((it) => ({ ...it, limit: 26 }));
    equal((await a.reserve(last, T)).granted, true);
    equal((await b.reserve(last, T)).granted, false);
  }),
];
