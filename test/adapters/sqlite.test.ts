import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateSqlite, type SqliteDatabase, sqliteStores } from '../../lib/adapters/sqlite.js';
import { account, authenticator, T } from '../../lib/testing/contract/records.js';
import { storeContract } from '../../lib/testing/store-contract.js';

const dir = mkdtempSync(join(tmpdir(), 'mfa-sqlite-'));
const open: InstanceType<typeof DatabaseSync>[] = [];
const issuer = 'https://auth.example.com/';

function handle(path: string) {
  const database = new DatabaseSync(path);
  open.push(database);
  return database;
}
const file = (name: string) => join(dir, `${name}.db`);

afterAll(() => {
  for (const database of open) database.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('the store contract, in one SQLite file with two handles', { timeout: 30_000 }, () => {
  const path = file('contract');
  const two = [sqliteStores(handle(path)), sqliteStores(handle(path))] as const;
  for (const { name, run } of storeContract) it(name, () => run(async () => two));
});

describe('the store contract, in SQLite in memory', { timeout: 30_000 }, () => {
  const stores = sqliteStores(handle(':memory:'));
  for (const { name, run } of storeContract) it(name, () => run(async () => [stores, stores]));
});

describe('sqliteStores()', () => {
  it('refuses what is no handle', () => {
    for (const wrong of [undefined, null, 'mfa.db', {}]) {
      expect(() => sqliteStores(wrong as unknown as SqliteDatabase)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_MFA_SQLITE_DATABASE' }),
      );
    }
  });

  it('makes the tables at the first use, and not before', async () => {
    const database = handle(file('lazy'));
    const stores = sqliteStores(database);
    const tables = () =>
      database.prepare("select name from sqlite_master where name like 'mfa_%'").all().length;
    expect(tables()).toBe(0);
    await stores(issuer).ready();
    expect(tables()).toBeGreaterThan(6);
    migrateSqlite(database);
    migrateSqlite(database);
    expect(database.prepare('select version from mfa_schema').all()).toHaveLength(4);
  });

  it('writes ahead, and to the disk before it answers', async () => {
    const database = handle(file('settings'));
    await sqliteStores(database)(issuer).ready();
    const setting = (name: string) =>
      Object.values(database.prepare(`pragma ${name}`).get() as object)[0];
    expect([setting('journal_mode'), setting('synchronous'), setting('busy_timeout')]).toEqual([
      'wal',
      2,
      5000,
    ]);
  });

  it('refuses the tables of a newer library that it cannot work on', async () => {
    const database = handle(file('newer'));
    migrateSqlite(database);
    database.exec('insert into mfa_schema (version, oldest) values (9, 1)');
    await sqliteStores(database)(issuer).ready();
    database.exec('insert into mfa_schema (version, oldest) values (10, 10)');
    const store = sqliteStores(database)(issuer);
    const newer = { code: 'ERR_MFA_SCHEMA', message: expect.stringContaining('newer') };
    await expect(store.ready()).rejects.toMatchObject(newer);
    await expect(store.load({ userId: 'ann' })).rejects.toMatchObject(newer);
    await expect(store.commit({ account: account() })).rejects.toMatchObject(newer);
    expect(() => migrateSqlite(database)).toThrow(expect.objectContaining(newer));
  });

  it('changes nothing when a commit fails in its middle', async () => {
    const database = handle(file('middle'));
    const store = sqliteStores(database)(issuer);
    await store.commit({ account: account() });
    const put = { authenticators: [authenticator({ status: null as unknown as 'active' })] };
    await expect(store.commit({ account: account({ version: 1 }), put })).rejects.toThrow();
    expect((await store.load({ userId: 'ann' })).account?.version).toBe(1);
    expect(await store.commit({ account: account({ version: 1 }) })).toBe(true);
  });

  it('says so when the database is read-only', async () => {
    const path = file('readonly');
    migrateSqlite(handle(path));
    const database = new DatabaseSync(path, { readOnly: true });
    open.push(database);
    await expect(sqliteStores(database)(issuer).ready()).rejects.toThrow(/readonly/);
  });

  it('finds every record by an index', async () => {
    const database = handle(file('plans'));
    const scans: string[] = [];
    const spy: SqliteDatabase = {
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const count = sql.split('?').length - 1;
        const plan = database.prepare(`explain query plan ${sql}`).all(...Array(count).fill(1));
        for (const { detail } of plan as { detail: string }[]) {
          // By the issuer alone would be as good as a scan.
          if (/^SCAN mfa_(?!schema)|\(issuer=\?\)/.test(detail)) scans.push(`${detail}: ${sql}`);
        }
        return database.prepare(sql);
      },
    };
    for (const { run } of storeContract) {
      const stores = sqliteStores(spy);
      await run(async () => [stores, stores]);
    }
    expect(scans).toEqual([]);
  });
});

// Processes take their time to start, the more so when others do too.
describe('SQLite over processes', { timeout: 60_000 }, () => {
  const built = join(process.cwd(), 'node_modules/.cache', `mfa-sqlite-${process.pid}`);
  const script = join(built, 'child.mjs');

  // A child cannot run TypeScript: the adapter alone is compiled for it.
  beforeAll(() => {
    mkdirSync(built, { recursive: true });
    const compilerOptions = { rootDir: join(process.cwd(), 'lib'), outDir: built, noEmit: false };
    const files = [join(process.cwd(), 'lib/adapters/sqlite.ts')];
    const config = { extends: join(process.cwd(), 'tsconfig.build.json'), compilerOptions, files };
    writeFileSync(join(built, 'tsconfig.json'), JSON.stringify({ ...config, include: [] }));
    const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '-p', join(built, 'tsconfig.json')]);
    writeFileSync(
      script,
      `import { DatabaseSync } from '@photostructure/sqlite';
      import { sqliteStores } from './adapters/sqlite.js';
      const [path, userId, count] = process.argv.slice(2);
      const store = sqliteStores(new DatabaseSync(path))('${issuer}');
      for (let done = 0; done < Number(count); ) {
        const { account } = await store.load({ userId });
        const sends = [...account.sends, process.pid];
        const { granted } = await store.reserve([{ key: 'w', limit: 1e9, length: 1e9 }], 1);
        if (granted && await store.commit({ account: { ...account, sends } })) {
          done++;
          process.stdout.write(userId + ' ' + (account.version + 1) + '\\n');
        }
      }`,
    );
  });
  afterAll(() => rmSync(built, { recursive: true, force: true }));

  /** Runs the child until it ends, or kills it when it has acknowledged `until` commits. */
  const child = (path: string, userId: string, count: number, until = Number.POSITIVE_INFINITY) =>
    new Promise<{ acknowledged: number; code: number | null }>((resolve, reject) => {
      const process_ = spawn(process.execPath, [script, path, userId, String(count)]);
      let out = '';
      let error = '';
      process_.stderr.on('data', (chunk) => {
        error += chunk;
      });
      process_.stdout.on('data', (chunk) => {
        out += chunk;
        if (out.split('\n').length > until) process_.kill('SIGKILL');
      });
      process_.on('error', reject);
      process_.on('close', (code) => {
        if (code) reject(new Error(error));
        resolve({ acknowledged: out.split('\n').length - 1, code });
      });
    });

  it('two processes share a new file, and no count is lost', async () => {
    const path = file('two');
    await Promise.all([child(path, 'ann', 100), child(path, 'ann', 100)]);
    const store = sqliteStores(handle(path))(issuer);
    const { account: found } = await store.load({ userId: 'ann' });
    expect(found?.version).toBe(200);
    expect(found?.sends).toHaveLength(200);
    expect(new Set(found?.sends).size).toBe(2);
  });

  it('four processes make the tables of a new file at once', async () => {
    const path = file('four');
    await Promise.all(['a', 'b', 'c', 'd'].map((userId) => child(path, userId, 1)));
    const store = sqliteStores(handle(path))(issuer);
    await store.ready();
    for (const userId of ['a', 'b', 'c', 'd']) {
      expect((await store.load({ userId })).account?.version).toBe(1);
    }
  });

  it('everything that was acknowledged is there after kill -9', async () => {
    const path = file('killed');
    const results = await Promise.all([child(path, 'ann', 1e9, 100), child(path, 'bob', 1e9, 60)]);
    const database = handle(path);
    const store = sqliteStores(database)(issuer);
    for (const [at, userId] of ['ann', 'bob'].entries()) {
      const { account: found } = await store.load({ userId });
      const acknowledged = results[at]?.acknowledged ?? 0;
      expect(results[at]?.code).toBe(null);
      expect(acknowledged).toBeGreaterThanOrEqual(60);
      expect(found?.version).toBeGreaterThanOrEqual(acknowledged);
      expect(found?.sends).toHaveLength(found?.version ?? 0);
    }
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(await store.purge(T, 10)).toBe(1);
  });
});
