import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { combineStores } from '../../lib/adapters/combine.js';
import { memoryStores } from '../../lib/adapters/memory.js';
import { migratePostgres, postgresStores } from '../../lib/adapters/postgres.js';
import { redisStores } from '../../lib/adapters/redis.js';
import { sqliteStores } from '../../lib/adapters/sqlite.js';
import type { Stores } from '../../lib/ports/index.js';
import type { ShortLivedStores } from '../../lib/ports/short-lived.js';
import { freshIssuer } from '../../lib/testing/contract/case.js';
import { account, T, transaction } from '../../lib/testing/contract/records.js';
import { storeContract } from '../../lib/testing/index.js';
import { redisClients } from '../support/redis-clients.js';

const redisUrl = inject('redisUrl');
const schema = `mfa_combine_${process.pid}_${Date.now()}`;
const closes: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closes.reverse()) await close();
});

/** Redis lets them go by itself, so no purge removes or counts them. */
const goByThemselves = [
  'purge(): transactions and deliveries that have ended are removed',
  'purge(): at most the limit of transactions, and of deliveries, is removed',
];

type Two = readonly [Stores, Stores];

const durables: Readonly<Record<string, () => Promise<Two>>> = {
  async memory() {
    const stores = memoryStores();
    return [stores, stores];
  },
  async sqlite() {
    const dir = mkdtempSync(join(tmpdir(), 'mfa-combine-'));
    const open = () => {
      const database = new DatabaseSync(join(dir, 'mfa.db'));
      closes.push(() => database.close());
      return sqliteStores(database);
    };
    closes.push(() => rmSync(dir, { recursive: true, force: true }));
    return [open(), open()];
  },
  async postgres() {
    const connectionString = inject('pgUrl');
    const admin = new Pool({ connectionString, max: 1 });
    await admin.query(`create schema if not exists ${schema}`);
    closes.push(() =>
      admin.query(`drop schema if exists ${schema} cascade`).then(() => admin.end()),
    );
    const open = () => {
      const pool = new Pool({ connectionString, max: 10, options: `-c search_path=${schema}` });
      closes.push(() => pool.end());
      return pool;
    };
    await migratePostgres(open());
    return [postgresStores(open()), postgresStores(open())];
  },
};

for (const [client, connect] of redisClients) {
  for (const [name, durable] of Object.entries(durables)) {
    describe.skipIf(!redisUrl)(
      `the store contract, in ${name} and Redis by ${client}`,
      {
        timeout: 30_000,
      },
      () => {
        let two: Two;
        beforeAll(async () => {
          const [one, other] = await durable();
          const join = async (stores: Stores) => {
            const { sendCommand, close } = await connect(redisUrl);
            closes.push(close);
            return combineStores({ durable: stores, shortLived: redisStores({ sendCommand }) });
          };
          two = [await join(one), await join(other)];
        });
        const cases = storeContract.filter((it) => !goByThemselves.includes(it.name));
        for (const { name, run } of cases) it(name, () => run(async () => two));

        it('leaves out of the contract only what goes by itself', () => {
          expect(storeContract.length - cases.length).toBe(goByThemselves.length);
        });
      },
    );
  }
}

/** Answers as told, and keeps what it was asked. */
function fakeRedis(answer: (args: string[]) => unknown = () => null) {
  const asked: string[][] = [];
  const sendCommand = async (args: string[]) => {
    asked.push(args);
    return answer(args);
  };
  return { asked, sendCommand, stores: redisStores({ sendCommand }) };
}

describe('combineStores()', () => {
  const wrong = { name: 'TypeError', code: 'ERR_MFA_STORES' };
  const combine = (durable: unknown, shortLived: unknown) =>
    combineStores({ durable: durable as Stores, shortLived: shortLived as ShortLivedStores });
  const memory = memoryStores();
  const redis = fakeRedis().stores;

  it.each([
    ['Redis for what has to last', redis, redis],
    ['Redis alone', redis, undefined],
    ['the same store for both', memory, memory],
    ['the two the wrong way round', redis, memory],
    ['a whole store for what may be lost', memory, memoryStores()],
    ['nothing', undefined, undefined],
    ['a store without its issuer', memory('https://a.example/'), redis],
  ])('refuses %s', (_name, durable, shortLived) => {
    expect(() => combine(durable, shortLived)).toThrow(expect.objectContaining(wrong));
  });

  it('refuses a durable store that lacks a method, in createMfa()', () => {
    const { reserve: _, ...store } = memory('https://a.example/');
    const stores = combine(() => store, redis);
    expect(() => stores('https://a.example/')).toThrow(expect.objectContaining(wrong));
  });

  it('cannot be made of memory in production', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => combine(memoryStores(), redis)).toThrow(
      expect.objectContaining({ code: 'ERR_MFA_MEMORY_STORE' }),
    );
    vi.unstubAllEnvs();
  });

  it('says which of the two is missing', async () => {
    const down = () =>
      Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    const durable: Stores = (issuer) => ({ ...memory(issuer), ready: down });
    const lost = fakeRedis(down).stores;
    const ready = (stores: Stores) => stores(freshIssuer()).ready();
    await ready(combine(memory, redis));
    await expect(ready(combine(durable, redis))).rejects.toMatchObject({
      message: 'Not ready: durable: refused',
      code: 'ECONNREFUSED',
      missing: ['durable'],
    });
    await expect(ready(combine(memory, lost))).rejects.toMatchObject({ missing: ['shortLived'] });
    await expect(ready(combine(durable, lost))).rejects.toMatchObject({
      message: 'Not ready: durable: refused; shortLived: refused',
      missing: ['durable', 'shortLived'],
    });
  });

  it('asks Redis for nothing when only the user is asked for', async () => {
    const { asked, stores } = fakeRedis();
    const store = combine(memory, stores)(freshIssuer());
    await store.load({ userId: 'ann', address: 'x' });
    await store.commit({ account: account() });
    expect(await store.commit({ account: account(), put: { transactions: [transaction()] } })).toBe(
      false,
    );
    expect(asked).toEqual([]);
  });

  it('rejects when the durable part was done and the other failed, and gives the login up', async () => {
    const { sendCommand, stores } = fakeRedis(([name]) => {
      if (name === 'HMGET') return [JSON.stringify(transaction()), '0'];
      throw new Error('connection lost');
    });
    expect(sendCommand).toBeTypeOf('function');
    const issuer = freshIssuer();
    const store = combine(memory, stores)(issuer);
    expect((await store.load({ transactionId: 'tx' })).transaction).toEqual(transaction());
    const put = { transactions: [transaction({ sends: 1 })] };
    const used = account({ sends: [T] });
    await expect(store.commit({ account: used, put })).rejects.toThrow('connection lost');
    expect((await memory(issuer).load({ userId: 'ann' })).account).toEqual({ ...used, version: 1 });
    // Redis still has the state before: it is not used.
    const loaded = await store.load({ transactionId: 'tx' });
    expect([loaded.transaction, loaded.account]).toEqual([undefined, undefined]);
  });

  it('does not use a login that is over, though its removal never came to Redis', async () => {
    const { stores } = fakeRedis(([name]) =>
      name === 'HMGET' ? [JSON.stringify(transaction()), '0'] : null,
    );
    const store = combine(memory, stores)(freshIssuer());
    await store.commit({ account: account() });
    const remove = { transactions: ['tx'] };
    expect(await store.commit({ account: account({ version: 1 }), remove })).toBe(true);
    expect((await store.load({ transactionId: 'tx' })).transaction).toBe(undefined);
    // With what the core writes beside it, Redis need not be asked when it ends.
    const use = { until: T, attempts: 1, guesses: {}, spent: true };
    const other = { account: account({ version: 2, logins: { other: use } }) };
    await store.commit({ ...other, remove: { transactions: ['other'] } });
    expect((await store.load({ transactionId: 'other', userId: 'ann' })).transaction).toBe(
      undefined,
    );
  });

  it('waits for a state that is on its way', async () => {
    let revision = '0';
    const { stores } = fakeRedis(([name]) =>
      name === 'HMGET' ? [JSON.stringify(transaction({ sends: Number(revision) })), revision] : [],
    );
    const store = combine(memory, stores)(freshIssuer());
    await store.commit({ account: account(), put: { transactions: [transaction()] } });
    setTimeout(() => {
      revision = '1';
    }, 30);
    const { transaction: found, account: own } = await store.load({ transactionId: 'tx' });
    expect([found?.sends, own?.version]).toEqual([1, 1]);
  });
});
