import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Account, Store } from '../../ports/index.js';
import { on, type StoreCase } from './case.js';
import { account, authenticator, T } from './records.js';

/*
 * A store may keep the accounts of users without an authenticator for ever, or remove them once nothing in them counts.
 */

const DAY = 86_400_000;

const lane = { consecutive: 1, lockedUntil: 0, log: [T] };
const use = { until: T, attempts: 1, guesses: {}, spent: true };

/** Counts for longer than all else: tokens and devices from before it live for ninety days. */
const cut = { cutOff: { epoch: 1, at: T } };

/** What is read later, by its time. */
const facts: Readonly<Record<string, Partial<Account>>> = {
  'a recovery': { recoveredAt: T },
  'a lane opened before its time': { reopenedAt: T },
  'a notice': { told: { lock: T } },
};

/** What counts for up to thirty days. */
const counting: Readonly<Record<string, Partial<Account>>> = {
  ...facts,
  guesses: { lanes: { factor: lane } },
  'a wait': { lanes: { factor: { ...lane, log: [], lockedUntil: T } } },
  'logins under way': { logins: { tx: use } },
  'messages of a day': { sends: [T] },
};

/** Until nothing is left to do at that time. */
async function purgeAt(store: Store, now: number) {
  for (let more = 1; more > 0; ) more = await store.purge(now, 100);
  await store.purge(now, 100);
}

const accountOf = async (store: Store) => (await store.load({ userId: 'ann' })).account as Account;

export const idleAccountCases: readonly StoreCase[] = [
  ...Object.entries(counting).map(([name, over]) =>
    on('purge', `an account with ${name} stays for thirty days`, async (a, b) => {
      await a.commit({ account: account(over) });
      for (const days of [1, 10, 30]) await purgeAt(b, T + days * DAY);
      deepEqual(await accountOf(a), account({ ...over, version: 1 }));
    }),
  ),

  on('purge', 'the count of what was cut off stays for ninety days', async (a, b) => {
    await a.commit({ account: account(cut) });
    for (const days of [1, 31, 33, 60, 90]) await purgeAt(b, T + days * DAY);
    deepEqual(await accountOf(a), account({ ...cut, version: 1 }));
  }),

  ...Object.entries({ ...facts, 'a cut': cut }).map(([name, over]) =>
    on('purge', `an account with ${name} of long ago stays whole, or goes whole`, async (a, b) => {
      await a.commit({ account: account(over) });
      for (const days of [100, 103, 106]) await purgeAt(b, T + days * DAY);
      const { version, ...left } = await accountOf(a);
      const { version: _, ...whole } = account(version === 0 ? {} : over);
      deepEqual(left, whole);
    }),
  ),

  on(
    'purge',
    'an account stays with an authenticator, and with what is not over by itself',
    async (store) => {
      const put = { authenticators: [authenticator()] };
      await store.commit({ account: account(), put });
      await store.commit({ account: account({ userId: 'bob', state: 'of the issuer' }) });
      for (const days of [100, 200, 300]) await purgeAt(store, T + days * DAY);
      deepEqual(await accountOf(store), account({ version: 1 }));
      equal((await store.load({ userId: 'bob' })).account?.version, 1);
    },
  ),

  on('purge', 'no commit passes that read an account before it was removed', async (a, b) => {
    await a.commit({ account: account() });
    await a.commit({ account: account({ version: 1, sends: [T] }) });
    let read = await accountOf(a);
    for (let days = 40; days < 60; days++) {
      await purgeAt(b, T + days * DAY);
      const now = await accountOf(a);
      if (now.version === 0) break;
      read = now;
    }
    if ((await accountOf(a)).version > 0) return; // one that keeps it
    for (let version = 0; version < 3; version++) {
      equal(await b.commit({ account: read }), false);
      ok(await a.commit({ account: account({ version }) }));
    }
    equal(await b.commit({ account: read }), false);
    equal((await accountOf(a)).version, 3);
  }),
];
