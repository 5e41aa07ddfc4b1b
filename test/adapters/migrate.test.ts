// `express-mfa migrate` against a real PostgreSQL.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { migratePostgres, postgresStores } from 'express-mfa/adapters/postgres';
import { Pool } from 'pg';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';

const node = (...args: string[]) => promisify(execFile)(process.execPath, args);
const cli = (...args: string[]) => node('bin/express-mfa.js', ...args);
beforeAll(() => node('scripts/build.js'), 120_000);

let count = 0;
/** An empty schema that goes away, a pool on it and its URL. */
async function fresh() {
  const schema = `mfa_migrate_${process.pid}_${Date.now()}_${++count}`;
  const url = new URL(inject('pgUrl'));
  url.searchParams.set('options', `-c search_path=${schema}`);
  const pool = new Pool({ connectionString: url.href });
  await pool.query(`create schema ${schema}`);
  onTestFinished(async () => {
    await pool.query(`drop schema ${schema} cascade`);
    await pool.end();
  });
  /** Tables, columns, indexes, settings and steps taken. */
  const shape = async () => {
    const { rows } = await pool.query(
      `select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable as line
       from information_schema.columns where table_schema = $1
       union all select replace(indexdef, $1, 'schema') from pg_indexes where schemaname = $1
       union all select relname || array_to_string(reloptions, ' ') from pg_class
         where relnamespace = $1::regnamespace and reloptions is not null
       union all select version || ' ' || oldest from mfa_schema order by 1`,
      [schema],
    );
    return rows.map(({ line }) => line as string);
  };
  return { url: url.href, pool, shape };
}

describe('express-mfa migrate', { timeout: 30_000 }, () => {
  test('makes the tables, though four do it at once', async () => {
    const { url, pool } = await fresh();
    await Promise.all(Array.from({ length: 4 }, () => cli('migrate', '--database', url)));
    await postgresStores(pool)('https://auth.example.com/').ready();
  });

  test('--print gives the same tables to a tool of one’s own', async () => {
    const [ours, theirs] = [await fresh(), await fresh()];
    await migratePostgres(ours.pool);
    const { stdout } = await cli('migrate', '--print');
    await theirs.pool.query(`begin; ${stdout} commit;`);
    expect(await theirs.shape()).toEqual(await ours.shape());
    await postgresStores(theirs.pool)('https://auth.example.com/').ready();
    await migratePostgres(theirs.pool);
    expect(await theirs.shape()).toEqual(await ours.shape());
  });

  test('--print --after leaves out the steps that were taken', async () => {
    const { pool } = await fresh();
    await migratePostgres(pool);
    const { rows } = await pool.query('select max(version) as version from mfa_schema');
    expect((await cli('migrate', '--print', '--after', String(rows[0].version))).stdout).toBe('\n');
  });
});
