import { Pool, type PoolConfig } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import {
  migratePostgres,
  type PgPool,
  type PgQuery,
  postgresStores,
} from '../../lib/adapters/postgres.js';
import type { Stores } from '../../lib/ports/index.js';
import { freshIssuer } from '../../lib/testing/contract/case.js';
import {
  account,
  authenticator,
  delivery,
  pending,
  T,
  transaction,
} from '../../lib/testing/contract/records.js';
import { storeContract } from '../../lib/testing/store-contract.js';

const connectionString = inject('pgUrl');
const name = `mfa_${process.pid}_${Date.now()}`;
const pools: Pool[] = [];
const admin = new Pool({ connectionString, max: 1 });

/** A pool on a schema of PostgreSQL that is made for this run. */
function poolOn(schema: string, more: PoolConfig & { settings?: string } = {}): Pool {
  const options = `-c search_path=${schema} ${more.settings ?? ''}`;
  const pool = new Pool({ connectionString, max: 10, ...more, options });
  pools.push(pool);
  return pool;
}
async function fresh(suffix: string): Promise<string> {
  await admin.query(`create schema ${name}_${suffix}`);
  return `${name}_${suffix}`;
}
/** Sees each statement on its way. */
const spied = (pool: Pool, see: (query: PgQuery) => void): PgPool => ({
  query(query) {
    see(query);
    return pool.query(query);
  },
  connect: () => pool.connect(),
});

let schema: string;
beforeAll(async () => {
  schema = await fresh('main');
  await migratePostgres(poolOn(schema));
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  const { rows } = await admin.query('select nspname from pg_namespace where nspname like $1', [
    `${name}%`,
  ]);
  for (const { nspname } of rows) await admin.query(`drop schema ${nspname} cascade`);
  await admin.end();
});

describe('the store contract, in PostgreSQL with two pools', { timeout: 30_000 }, () => {
  let two: readonly [Stores, Stores];
  beforeAll(() => {
    two = [postgresStores(poolOn(schema)), postgresStores(poolOn(schema))];
  });
  for (const { name, run } of storeContract) it(name, () => run(async () => two));
});

describe('the store contract, in PostgreSQL without prepared statements, serializable', {
  timeout: 30_000,
}, () => {
  let two: readonly [Stores, Stores];
  const settings = '-c default_transaction_isolation=serializable';
  beforeAll(() => {
    const pool = () => poolOn(schema, { settings, max: 1 });
    two = [postgresStores(pool(), { prepare: false }), postgresStores(pool(), { prepare: false })];
  });
  const racing = /fifty|at once|during|thousands/;
  for (const { name, run } of storeContract) {
    if (!racing.test(name)) it(name, () => run(async () => two));
  }
});

describe('postgresStores()', () => {
  it('refuses what is no pool', async () => {
    const wrong = { name: 'TypeError', code: 'ERR_MFA_POSTGRES_POOL' };
    for (const it of [undefined, null, 'postgres://', {}]) {
      const pool = it as unknown as PgPool;
      expect(() => postgresStores(pool)).toThrow(expect.objectContaining(wrong));
      await expect(migratePostgres(pool)).rejects.toMatchObject(wrong);
    }
  });

  it('loads, commits, reserves and releases in one round trip each', async () => {
    const seen: string[] = [];
    const store = postgresStores(spied(poolOn(schema), ({ text }) => seen.push(text)))(
      freshIssuer(),
    );
    await store.ready();
    const trips = async (work: () => Promise<unknown>) => {
      seen.length = 0;
      await work();
      return seen.length;
    };
    const put = {
      authenticators: [pending({ address: 'x' })],
      transactions: [transaction()],
      deliveries: [delivery()],
    };
    const remove = { authenticators: ['a'], transactions: ['b'], deliveries: ['c'] };
    const whole = { account: account(), put, remove, keepTransactions: 4 };
    const keys = { transactionId: 'tx', userId: 'ann', deliveryId: 'dl', address: 'x' };
    const windows = ['a', 'b', 'c'].map((key) => ({ key, limit: 1, length: 1000 }));
    expect(await trips(() => store.commit(whole))).toBe(1);
    expect(await trips(() => store.commit(whole))).toBe(1);
    expect(await trips(() => store.commit({ put, keepTransactions: 4 }))).toBe(1);
    expect(await trips(() => store.load(keys))).toBe(1);
    expect(await trips(() => store.reserve(windows, T))).toBe(1);
    expect(await trips(() => store.reserve(windows, T))).toBe(1);
    expect(await trips(() => store.release(windows, T))).toBe(1);
    expect(await trips(() => store.purge(T, 100))).toBe(6); // each sort that expires, then idle accounts
    expect(await trips(() => store.ready())).toBe(1);
  });

  it('tries again after a deadlock or a serialization failure, at most three times', async () => {
    const pool = poolOn(schema);
    let left = 0;
    let asked = 0;
    let code = '40001';
    const store = postgresStores({
      query(query) {
        asked++;
        if (left-- > 0) return Promise.reject(Object.assign(new Error('no'), { code }));
        return pool.query(query);
      },
      connect: () => pool.connect(),
    })(freshIssuer());
    await store.ready();
    const attempt = async (failures: number, as: string) => {
      [left, asked, code] = [failures, 0, as];
      await store.load({ userId: 'ann' });
    };
    for (const passing of ['40001', '40P01', '23505']) {
      await attempt(3, passing);
      expect(asked).toBe(4);
      await expect(attempt(4, passing)).rejects.toMatchObject({ code: passing });
      expect(asked).toBe(4);
    }
    await expect(attempt(1, '57P01')).rejects.toMatchObject({ code: '57P01' });
    expect(asked).toBe(1);
  });

  it('comes out of a real deadlock', async () => {
    const pool = poolOn(schema, { settings: '-c deadlock_timeout=50ms' });
    const issuer = freshIssuer();
    const store = postgresStores(pool)(issuer);
    const windows = ['a', 'b'].map((key) => ({ key, limit: 9, length: 1000 }));
    await store.reserve(windows, T);
    const other = await pool.connect();
    const lock = (key: string) =>
      other.query('select 1 from mfa_window where issuer = $1 and name = $2 for update', [
        issuer,
        key,
      ]);
    await other.query("set deadlock_timeout = '10s'");
    await other.query('begin');
    await lock('b');
    const reserved = store.reserve(windows, T); // has a, waits for b
    await new Promise((resolve) => setTimeout(resolve, 20));
    await lock('a');
    await other.query('rollback');
    await other.query('reset deadlock_timeout');
    other.release();
    expect(await reserved).toEqual({ granted: true });
    expect(await store.reserve([{ key: 'a', limit: 2, length: 1 }], T)).toMatchObject({
      granted: false,
    });
  });

  it('gives numbers whatever the host made of bigint', async () => {
    const parse = (value: string) => BigInt(value);
    const types = { getTypeParser: (oid: number) => (oid === 20 ? parse : (text: string) => text) };
    const store = postgresStores(poolOn(schema, { types } as PoolConfig))(freshIssuer());
    await store.commit({
      account: account(),
      put: { authenticators: [pending({ address: 'x' })] },
    });
    const loaded = await store.load({ userId: 'ann', address: 'x' });
    expect(loaded.account?.version).toBe(1);
    expect(await store.purge(T * 2, 10)).toBe(1);
  });

  it('leaves a locked record to the next purge instead of waiting', async () => {
    const pool = poolOn(schema);
    const issuer = freshIssuer();
    const store = postgresStores(pool)(issuer);
    const put = { transactions: ['a', 'b'].map((id) => transaction({ id, expiresAt: T })) };
    await store.commit({ put });
    const other = await pool.connect();
    await other.query('begin');
    await other.query("select 1 from mfa_transaction where issuer = $1 and id = 'a' for update", [
      issuer,
    ]);
    expect(await store.purge(T, 10)).toBe(1);
    await other.query('rollback');
    other.release();
    expect(await store.purge(T, 10)).toBe(1);
  });

  it('finds every record by an index, whatever the values are', async () => {
    const own = await fresh('plans');
    const pool = poolOn(own, { settings: '-c jit=off' });
    await migratePostgres(pool);
    const issuer = freshIssuer();
    await pool.query(bulk, [issuer, 3 * T]); // runs at every time that a case purges
    await pool.query('analyze');
    const shapes = new Map<string, PgQuery>();
    const stores = postgresStores(spied(pool, (query) => shapes.set(query.text, query)));
    for (const { run } of storeContract) await run(async () => [stores, stores]);
    expect(shapes.size).toBeGreaterThan(20);
    const scans: string[] = [];
    for (const query of shapes.values()) scans.push(...(await scansOf(pool, query)));
    expect(scans).toEqual([]);
  }, 60_000);

  it('counts in a window full of entries about as fast as in a new one', async () => {
    const store = postgresStores(poolOn(schema))(freshIssuer());
    const long = { key: 'long', limit: 100_000, length: 86_400_000, resolution: 900_000 };
    const windowsAt = (key: string) =>
      Array.from({ length: 6 }, (_, at) => ({ ...long, key: `${key}${at}` }));
    for (let quarter = 0; quarter < 200; quarter++) {
      await store.reserve(windowsAt('long'), T + quarter * 900_000);
    }
    const took: Record<'long' | 'new', number[]> = { long: [], new: [] };
    for (let turn = 0; turn < 60; turn++) {
      for (const key of ['long', 'new'] as const) {
        const began = performance.now();
        await store.reserve(windowsAt(key), T + 200 * 900_000);
        took[key].push(performance.now() - began);
      }
    }
    const median = (times: number[]) => times.sort((a, b) => a - b)[30] ?? 0;
    expect(median(took.long)).toBeLessThan(12 * median(took.new));
  }, 60_000);

  it('walks over an index to what has expired, when that is everything', async () => {
    const own = await fresh('expired');
    const pool = poolOn(own, { settings: '-c jit=off' });
    await migratePostgres(pool);
    const issuer = freshIssuer();
    await pool.query(bulk, [issuer, T]);
    await pool.query('analyze');
    const seen: PgQuery[] = [];
    const store = postgresStores(spied(pool, (query) => seen.push(query)))(issuer);
    const removed: number[] = [];
    do removed.push(await store.purge(2 * T, 5000));
    while (removed.at(-1) !== 0);
    expect(removed.reduce((sum, it) => sum + it, 0)).toBe(5 * 20_000);
    for (const it of removed) expect(it).toBeLessThanOrEqual(5000);
    const walks = seen.filter(({ text }) => /delete from "?mfa_delivery/.test(text));
    const begins = walks.map(({ values }) => Number(values?.[2]));
    expect(begins.slice(0, 3)).toEqual([0, T + 500, T + 1000]);
    expect(begins.at(-1)).toBe(T + 20_000); // and not over all that is dead, again and again
    const scans: string[] = [];
    for (const query of new Map(seen.map((it) => [it.text, it])).values()) {
      scans.push(...(await scansOf(pool, query)));
    }
    expect(scans).toEqual([]);
  }, 60_000);
});

/** How a statement reads whole tables, by the values that it came with and by plans for any values. */
async function scansOf(pool: Pool, { text, values }: PgQuery): Promise<string[]> {
  const [server] = (await pool.query('show server_version_num')).rows;
  const plans = [await pool.query(`explain ${text}`, values)];
  // Those of prepared statements, after a while.
  if (Number(server.server_version_num) >= 160_000) {
    plans.push(await pool.query(`explain (generic_plan) ${text}`));
  }
  return plans.flatMap(({ rows }) => {
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    // By the issuer alone would be as good as a scan.
    const scans = /Seq Scan on mfa_(?!schema)|Cond: \(issuer = ('[^']*'::text|\$\d+)\)/.test(plan);
    return scans ? [`${text}\n${plan}`] : [];
  });
}

/** Enough rows that a scan would be dearer than an index. */
const bulk = `
  with i as (select i, i::text as t from generate_series(1, 20000) as i),
  a as (insert into mfa_account
    select $1, t, 1, '{"lanes":{},"failures":{},"logins":{},"sends":[]}' from i),
  b as (insert into mfa_authenticator (issuer, user_id, id, status, address, expires_at, data)
    select $1, t, t, 'active', t, $2::bigint + i, '{}' from i),
  c as (insert into mfa_transaction select $1, t, t, 'app', 0, i, $2::bigint + i, '{}' from i),
  d as (insert into mfa_delivery select $1, t, $2::bigint + i, '{}' from i),
  e as (insert into mfa_audit (tx, issuer, expires_at, data)
    select i, $1, $2::bigint + i, '{}' from i)
  insert into mfa_window select $1, t, 1, $2::bigint + i from i`;

describe('the schema in PostgreSQL', () => {
  it('is made by one of many that try at once', async () => {
    const own = await fresh('once');
    const pool = poolOn(own);
    await Promise.all(Array.from({ length: 8 }, () => migratePostgres(pool)));
    const { rows } = await pool.query('select version from mfa_schema');
    expect(rows).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }, { version: 4 }]);
  });

  it('has its dead rows cleared early, so that a purge does not walk over them', async () => {
    const { rows } = await admin.query(
      `select relname, array_to_string(reloptions, ' ') as options from pg_class
       where relnamespace = $1::regnamespace and relkind = 'r' and relname <> 'mfa_schema'`,
      [schema],
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { options } of rows) {
      expect(options).toMatch(/autovacuum_vacuum_scale_factor=0.0[12]/);
      expect(options).toMatch(/autovacuum_vacuum_threshold=[15]000/);
    }
  });

  it('is missed at the first use, and used as soon as it is there', async () => {
    const own = await fresh('none');
    const pool = poolOn(own);
    const store = postgresStores(pool)(freshIssuer());
    const missing = { code: 'ERR_MFA_SCHEMA', message: expect.stringContaining('migratePostgres') };
    await expect(store.ready()).rejects.toMatchObject(missing);
    await expect(store.load({ userId: 'ann' })).rejects.toMatchObject(missing);
    await expect(store.reserve([{ key: 'k', limit: 1, length: 1 }], T)).rejects.toMatchObject(
      missing,
    );
    await migratePostgres(pool);
    expect(await store.commit({ account: account() })).toBe(true);
  });

  it('may be newer when it says that this library still fits, else it is refused', async () => {
    const own = await fresh('newer');
    const pool = poolOn(own);
    await migratePostgres(pool);
    await pool.query('insert into mfa_schema (version, oldest) values (9, 1)');
    await postgresStores(pool)(freshIssuer()).ready();
    await migratePostgres(pool);
    await pool.query('insert into mfa_schema (version, oldest) values (10, 10)');
    const newer = { code: 'ERR_MFA_SCHEMA', message: expect.stringContaining('newer') };
    await expect(postgresStores(pool)(freshIssuer()).load({ userId: 'a' })).rejects.toMatchObject(
      newer,
    );
    await expect(migratePostgres(pool)).rejects.toMatchObject(newer);
  });

  it('is left as it was when a step fails', async () => {
    const own = await fresh('failed');
    const pool = poolOn(own);
    await pool.query('create table mfa_window (mine text)');
    await expect(migratePostgres(pool)).rejects.toThrow(/already exists/);
    const { rows } = await pool.query(
      "select tablename from pg_tables where schemaname = $1 and tablename like 'mfa_%'",
      [own],
    );
    expect(rows).toEqual([{ tablename: 'mfa_window' }]);
    await pool.query('drop table mfa_window');
    await migratePostgres(pool);
  });

  it('is not ready where nothing can be written', async () => {
    const pool = poolOn(schema, { settings: '-c default_transaction_read_only=on' });
    await expect(postgresStores(pool)(freshIssuer()).ready()).rejects.toMatchObject({
      code: '25006',
    });
  });

  it('R-072: tells how far the clocks are apart, and is not ready at more than 30 seconds', async () => {
    const store = postgresStores(poolOn(schema))(freshIssuer());
    const at = async (ahead: number) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ahead });
      return store.ready().finally(() => vi.useRealTimers());
    };
    for (const ahead of [0, 12_000, -12_000]) {
      const { clockAhead = 0 } = (await at(ahead)) ?? {};
      expect(Math.abs(clockAhead - ahead)).toBeLessThan(2000);
    }
    const apart = { code: 'ERR_MFA_CLOCK', message: expect.stringContaining('40 s apart') };
    for (const ahead of [40_300, -40_300]) await expect(at(ahead)).rejects.toMatchObject(apart);
  });

  it('serves a role that may only read and write rows', async () => {
    const role = `${name}_role`;
    await admin.query(`create role ${role} login password 'test'`);
    await admin.query(`grant usage on schema ${schema} to ${role}`);
    await admin.query(
      `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
    );
    const store = postgresStores(poolOn(schema, { settings: `-c role=${role}` }))(freshIssuer());
    await store.ready();
    const put = { authenticators: [authenticator()], transactions: [transaction()] };
    expect(await store.commit({ account: account(), put })).toBe(true);
    await admin.query(`revoke all on all tables in schema ${schema} from ${role}`);
    await expect(store.ready()).rejects.toMatchObject({ code: '42501' });
    await admin.query(`revoke all on schema ${schema} from ${role}`);
    await admin.query(`drop role ${role}`);
  });
});
