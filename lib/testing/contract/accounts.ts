import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Store } from '../../ports/index.js';
import { among, freshIssuer, on, type StoreCase } from './case.js';
import { account, authenticator, pending } from './records.js';

/** All users, as maintenance walks them. */
async function walk(store: Store, limit: number): Promise<string[]> {
  const all: string[] = [];
  for (let after: string | undefined; ; after = all.at(-1)) {
    const batch = await store.accounts(after, limit);
    ok(batch.length <= limit, `accounts() returned ${batch.length} ids, more than ${limit}`);
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

export const accountCases: readonly StoreCase[] = [
  on('accounts', 'of an empty store is empty', async (store) => {
    deepEqual([...(await store.accounts(undefined, 10))], []);
    deepEqual([...(await store.accounts('ann', 10))], []);
  }),

  on('accounts', 'walks every user once, in batches of any size', async (a, b) => {
    const users = ['ann', 'Ann', 'ann ', 'é', 'e\u0301', '🙂', '\uffee', '王', '0', "o'%_\\"];
    for (const userId of users) equal(await a.commit({ account: account({ userId }) }), true);
    for (const limit of [1, 3, users.length, 1000]) {
      deepEqual((await walk(b, limit)).sort(), users.toSorted());
    }
    deepEqual(await walk(a, 4), await walk(b, 3));
  }),

  on(
    'accounts',
    'goes on from a user of the middle, though others come meanwhile',
    async (store) => {
      const add = (userId: string) => store.commit({ account: account({ userId }) });
      for (const userId of ['b', 'd', 'f', 'h']) await add(userId);
      const first = await store.accounts(undefined, 2);
      for (const userId of ['a', 'c', 'e', 'g', 'i']) await add(userId);
      const rest = await store.accounts(first.at(-1), 100);
      const seen = [...first, ...rest];
      equal(new Set(seen).size, seen.length);
      for (const userId of ['b', 'd', 'f', 'h']) ok(seen.includes(userId), `${userId} is missing`);
    },
  ),

  among('accounts', 'names the users of its own issuer only', async (stores) => {
    const [ours, theirs] = [stores(freshIssuer()), stores(freshIssuer())];
    await ours.commit({ account: account() });
    await theirs.commit({ account: account({ userId: 'bob' }) });
    deepEqual([...(await ours.accounts(undefined, 10))], ['ann']);
    deepEqual([...(await theirs.accounts('ann', 10))], ['bob']);
  }),

  on(
    'load',
    'a user is counted once over all indexes of an address, as active with any',
    async (store) => {
      const users = [
        { userId: 'ann', records: [authenticator({ address: 'new' })] },
        { userId: 'bob', records: [authenticator({ userId: 'bob', address: 'old' })] },
        {
          userId: 'cat',
          records: [
            authenticator({ userId: 'cat', id: '1', address: 'old' }),
            pending({ userId: 'cat', id: '2', address: 'new' }),
          ],
        },
        { userId: 'dan', records: [pending({ userId: 'dan', address: 'new' })] },
        { userId: 'eve', records: [authenticator({ userId: 'eve', address: 'other' })] },
      ];
      for (const { userId, records } of users) {
        await store.commit({ account: account({ userId }), put: { authenticators: records } });
      }
      const use = async (keys: object) => (await store.load(keys)).addressUse;
      deepEqual(await use({ address: ['new', 'old'] }), { active: 3, pending: 1 });
      deepEqual(await use({ address: ['old', 'new'], userId: 'cat' }), { active: 2, pending: 1 });
      deepEqual(await use({ address: ['old'] }), { active: 2, pending: 0 });
      deepEqual(await use({ address: [] }), { active: 0, pending: 0 });
    },
  ),

  on(
    'load',
    'an authenticator that is put under another index is found by that one only',
    async (store) => {
      const use = async (address: string) => (await store.load({ address })).addressUse.active;
      const old = authenticator({ address: 'old' });
      await store.commit({ account: account(), put: { authenticators: [old] } });
      const moved = { ...old, address: 'new' };
      await store.commit({ account: account({ version: 1 }), put: { authenticators: [moved] } });
      deepEqual([await use('old'), await use('new')], [0, 1]);
    },
  ),
];
