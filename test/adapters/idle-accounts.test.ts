// Users who began an enrollment, or opened a login, and never came back leave nothing for ever.
import { DatabaseSync } from '@photostructure/sqlite';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { memoryStores } from '../../lib/adapters/memory.js';
import { migratePostgres, postgresStores } from '../../lib/adapters/postgres.js';
import { sqliteStores } from '../../lib/adapters/sqlite.js';
import { DEVICE_LIFETIME_MS } from '../../lib/core/session/known-device.js';
import type { Account, Store, Stores } from '../../lib/ports/index.js';
import { LIFETIMES } from '../../lib/setup/settings.js';
import { freshIssuer } from '../../lib/testing/contract/case.js';
import { account, pending, T, transaction } from '../../lib/testing/contract/records.js';

const DAY = 86_400_000;
const connectionString = inject('pgUrl');
const schema = `mfa_idle_${process.pid}_${Date.now()}`;
const admin = new Pool({ connectionString, max: 1 });
const pool = new Pool({ connectionString, max: 10, options: `-c search_path=${schema}` });
const database = new DatabaseSync(':memory:');

beforeAll(async () => {
  await admin.query(`create schema ${schema}`);
  await migratePostgres(pool);
});
afterAll(async () => {
  database.close();
  await pool.end();
  await admin.query(`drop schema ${schema} cascade`);
  await admin.end();
});

const engines: Readonly<Record<string, () => Stores>> = {
  memory: () => memoryStores(),
  sqlite: () => sqliteStores(database),
  postgres: () => postgresStores(pool),
};

const accountOf = async (store: Store, userId = 'ann') =>
  (await store.load({ userId })).account as Account;

/** Purges as the routers do; @returns how many it removed. */
async function purgeAt(store: Store, now: number): Promise<number> {
  let removed = 0;
  for (let more = 1; more > 0; removed += more) more = await store.purge(now, 5000);
  return removed;
}

async function versions(store: Store): Promise<Record<string, number>> {
  const users = await store.accounts(undefined, 100);
  const found = users.map(async (it) => [it, (await accountOf(store, it)).version] as const);
  return Object.fromEntries(await Promise.all(found));
}

describe.each(Object.entries(engines))('idle accounts in %s', (_, open) => {
  const fresh = () => open()(freshIssuer());

  test('an account goes when its guesses, waits, logins and messages are a month past', async () => {
    const store = fresh();
    const lanes = { factor: { consecutive: 4, lockedUntil: T + 1, log: [T - DAY, T] } };
    const logins = { tx: { until: T, attempts: 4, guesses: {}, spent: false } };
    const failures = { dev_gone: 4 };
    await store.commit({ account: account({ lanes, logins, failures, sends: [T] }) });
    for (const days of [30, 31]) expect(await purgeAt(store, T + days * DAY)).toBe(0);
    expect((await accountOf(store)).version).toBe(1);
    expect(await purgeAt(store, T + 32 * DAY)).toBe(0);
    expect((await accountOf(store)).version).toBe(T + 32 * DAY);
    expect(await purgeAt(store, T + 33 * DAY)).toBe(0);
    expect(await purgeAt(store, T + 34 * DAY)).toBe(1);
    expect(await accountOf(store)).toEqual(account());
    expect(await store.accounts(undefined, 10)).toEqual([]);
  });

  test('an abandoned enrollment goes, and its account two days after it', async () => {
    const store = fresh();
    const put = { authenticators: [pending()], transactions: [transaction()] };
    await store.commit({ account: account(), put });
    expect(await purgeAt(store, T + DAY)).toBe(2);
    expect(await purgeAt(store, T + 3 * DAY)).toBe(1);
    expect(await store.accounts(undefined, 10)).toEqual([]);
  });

  test('what is read by its time goes when its longest window is past: 30 days, 90 for a cut', async () => {
    const store = fresh();
    const facts: Readonly<Record<string, Partial<Account>>> = {
      recovered: { recoveredAt: T },
      reopened: { reopenedAt: T },
      told: { told: { lock: T } },
      cut: { cutOff: { epoch: 1, at: T }, codes: { epoch: 1, except: '' } },
    };
    for (const [userId, over] of Object.entries(facts)) {
      await store.commit({ account: account({ userId, ...over }) });
    }
    await purgeAt(store, T + 30 * DAY);
    expect(await versions(store)).toEqual({ recovered: 1, reopened: 1, told: 1, cut: 1 });
    for (const days of [31, 33]) await purgeAt(store, T + days * DAY);
    expect(await versions(store)).toEqual({ cut: 1 });
    await purgeAt(store, T + 90 * DAY);
    expect(await versions(store)).toEqual({ cut: 1 });
    for (const days of [91, 93]) await purgeAt(store, T + days * DAY);
    expect(await versions(store)).toEqual({});
  });

  test('a cut outlives every token, session and device that it ended (R-007)', () => {
    const { refreshToken, session, accessToken } = LIFETIMES;
    const longest = 1000 * Math.max(refreshToken.max, session.max, accessToken.max);
    expect(Math.max(longest, DEVICE_LIFETIME_MS)).toBeLessThanOrEqual(90 * DAY);
  });

  test('a commit that read the account before it was retired is refused, and read again it passes', async () => {
    const store = fresh();
    await store.commit({ account: account() });
    const read = await accountOf(store);
    await purgeAt(store, T);
    expect(await store.commit({ account: read })).toBe(false);
    const again = await accountOf(store);
    expect(await store.commit({ account: { ...again, sends: [T + DAY] } })).toBe(true);
    await purgeAt(store, T + 30 * DAY);
    expect(await accountOf(store)).toEqual(account({ version: T + 1, sends: [T + DAY] }));
  });

  test('counts of an unknown time, and members of a newer library, keep the account', async () => {
    const store = fresh();
    const unknown = { userId: 'bob', closedFor: 'good' } as Partial<Account>;
    await store.commit({ account: account({ failures: { dev: 1 } }) });
    await store.commit({ account: account(unknown) });
    for (const days of [100, 200, 300]) expect(await purgeAt(store, T + days * DAY)).toBe(0);
    expect((await accountOf(store)).version).toBe(1);
    expect((await accountOf(store, 'bob')).version).toBe(1);
  });

  test('all of many go, whatever stands between them', async () => {
    const store = fresh();
    const users = Array.from({ length: 1200 }, (_, at) => `user-${at}`);
    for (const [at, userId] of users.entries()) {
      const authenticators = at % 3 === 0 ? [pending({ userId, expiresAt: T * 2 })] : [];
      await store.commit({ account: account({ userId }), put: { authenticators } });
    }
    let removed = 0;
    for (let minute = 0; minute < 20; minute++) {
      removed += await purgeAt(store, T + 5 * minute * DAY);
    }
    expect(removed).toBe(800);
    expect((await store.accounts(undefined, 5000)).length).toBe(400);
  });
});
