// Windows roll: in any stretch of their length there is no more than the limit.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { memoryStores } from '../../lib/adapters/memory.js';
import { migratePostgres, postgresStores } from '../../lib/adapters/postgres.js';
import { sqliteStores } from '../../lib/adapters/sqlite.js';
import type { Stores } from '../../lib/ports/index.js';
import { freshIssuer } from '../../lib/testing/contract/case.js';
import { coarseCases } from '../../lib/testing/contract/coarse-windows.js';
import { T } from '../../lib/testing/contract/records.js';
import { rollingCases } from '../../lib/testing/contract/rolling-windows.js';

const connectionString = inject('pgUrl');
const schema = `mfa_windows_${process.pid}_${Date.now()}`;
const pool = () =>
  new Pool({ connectionString, max: 5, options: `-c search_path=${schema} -c jit=off` });
const pools = [pool(), pool()] as const;
const dir = mkdtempSync(join(tmpdir(), 'mfa-windows-'));
const handles = [0, 1].map(() => new DatabaseSync(join(dir, 'windows.db')));
const inSqlite = handles.map((it) => sqliteStores(it)) as [Stores, Stores];
const longest = 'select max(length(log)) as longest from mfa_window';

beforeAll(async () => {
  await pools[0].query(`create schema ${schema}`);
  await migratePostgres(pools[0]);
});
afterAll(async () => {
  await pools[0].query(`drop schema ${schema} cascade`);
  for (const it of pools) await it.end();
  for (const it of handles) it.close();
  rmSync(dir, { recursive: true, force: true });
});

const inMemory = memoryStores();
const inPostgres = [postgresStores(pools[0]), postgresStores(pools[1])] as const;
const stores: [string, readonly [Stores, Stores]][] = [
  ['memory', [inMemory, inMemory]],
  ['SQLite', inSqlite],
  ['PostgreSQL', inPostgres],
];

describe.each(stores)('windows in %s', { timeout: 30_000 }, (_name, two) => {
  for (const { name, run } of [...rollingCases, ...coarseCases])
    it(name, () => run(async () => two));

  it('keeps no more than the limit, in a row per key', async () => {
    const store = two[0](freshIssuer());
    const window = { key: 'bounded', limit: 64, length: 1000 };
    for (let at = 0; at < 200; at++) {
      const { granted } = await store.reserve([window], T + at * 20);
      expect(granted).toBe(true);
    }
    expect(await store.purge(T + 4979, 100)).toBe(0);
    expect(await store.purge(T + 4980, 100)).toBe(1);
  });
});

describe('the log of a window', () => {
  it('with a resolution is one entry for each multiple of it, and as many as two lengths hold', async () => {
    const window = { key: 'coarse', limit: 100_000, length: 1000, resolution: 100 };
    for (const make of [inSqlite[0], inPostgres[0]]) {
      const store = make(freshIssuer());
      for (let at = 0; at < 300; at++) await store.reserve([window], T + at * 20);
    }
    const expected = [{ longest: 22 * 19 }];
    expect((await pools[0].query(`${longest} where name = 'coarse'`)).rows).toEqual(expected);
    expect(handles[0]?.prepare(`${longest} where name = 'coarse'`).all()).toEqual(expected);
  });

  it('is never longer than the limit', async () => {
    const window = { key: 'small', limit: 5, length: 1000 };
    for (const make of [inSqlite[0], inPostgres[0]]) {
      const store = make(freshIssuer());
      for (let at = 0; at < 40; at++) await store.reserve([window], T + at * 150);
    }
    const where = "where name = 'small'";
    const expected = [{ longest: 5 * 13 }];
    expect((await pools[0].query(`${longest} ${where}`)).rows).toEqual(expected);
    expect(handles[0]?.prepare(`${longest} ${where}`).all()).toEqual(expected);
  });
});
