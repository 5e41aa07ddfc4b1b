import type { StoreHealth, Stores } from '../ports/index.js';
import { compiler, number, type Query, type Row } from './sql/engine.js';
import { type PgClient, type PgPool, postgresEngine } from './sql/postgres-engine.js';
import {
  checkSchema,
  missing,
  readSchema,
  recordStep,
  type Schema,
  schemaOf,
  schemaTable,
  touchSchemaForTime,
} from './sql/schema.js';
import { sqlStore } from './sql/store.js';

export type { PgClient, PgPool, PgQuery } from './sql/postgres-engine.js';

/** How the store uses the pool. */
export interface PostgresOptions {
  /**
   * Whether statements are named and stay prepared on their connections, which halves what they cost.
   * Default true; false behind a pooler that gives a transaction any connection and does not know prepared
   * statements (PgBouncer before 1.21).
   */
  readonly prepare?: boolean | undefined;
}

/**
 * Keeps everything in PostgreSQL 12 to 18: durable, and shared by any number of processes. `load`, `commit`
 * and `reserve` cost one round trip each, in one statement that is its own transaction. The first use reads
 * the version of the tables once more. Time-outs are the pool's: set `connectionTimeoutMillis`,
 * `query_timeout` and `statement_timeout` there.
 *
 * @param pool - a `Pool` of `pg`. It is never closed here; names of tables are looked up in its
 *   `search_path`.
 * @throws TypeError `ERR_MFA_POSTGRES_POOL` when it is no such pool. The store's methods reject with
 *   `ERR_MFA_SCHEMA` until `migratePostgres(pool)` ran, and when the tables are those of a newer library.
 * @example
 * ```ts
 * import { Pool } from 'pg'
 * import { migratePostgres, postgresStores } from 'express-mfa/adapters/postgres'
 *
 * const pool = new Pool({ connectionString, query_timeout: 3000, connectionTimeoutMillis: 3000 })
 * await migratePostgres(pool) // when you deploy
 * const stores = postgresStores(pool)
 * ```
 */
export function postgresStores(pool: PgPool, { prepare = true }: PostgresOptions = {}): Stores {
  checkPool(pool);
  const engine = postgresEngine(pool, prepare);
  let settled = false;

  async function look(query: Query): Promise<readonly Row[]> {
    const rows = await engine.run(query).catch(noTable);
    checkSchema(schemaOf(rows), 'Run migratePostgres(pool) when you deploy.');
    settled = true;
    return rows;
  }
  const readiness = {
    async fits() {
      if (!settled) await look(readSchema);
    },
    async ready() {
      const asked = Date.now();
      return checkClock(asked, await look(touchSchemaForTime));
    },
  };
  return (issuer) => sqlStore(engine, readiness, issuer);
}

/**
 * Makes the tables or brings them up to date: run it when you deploy, before the new version starts. Two at
 * once do it once; a failure leaves the tables as they were. Needs the right to create tables, which the
 * pool that serves requests does not need.
 *
 * @throws TypeError `ERR_MFA_POSTGRES_POOL` when `pool` is no `Pool` of `pg`
 * @throws Error `ERR_MFA_SCHEMA` when the tables are those of a newer library
 * @example
 * ```ts
 * await migratePostgres(new Pool({ connectionString }))
 * ```
 */
export async function migratePostgres(pool: PgPool): Promise<void> {
  checkPool(pool);
  const client = await pool.connect();
  try {
    await client.query({ text: 'begin' });
    // One at a time; freed with the transaction. The key is the ASCII of `expr-mfa`.
    await client.query({ text: 'select pg_advisory_xact_lock(7311717630726727265)' });
    await client.query({ text: schemaTable });
    for (const { version, oldest, postgres } of missing(await schemaAt(client))) {
      await client.query({ text: postgres });
      await client.query(compiled(recordStep(version, oldest)));
    }
    checkSchema(await schemaAt(client), '');
    await client.query({ text: 'commit' });
    client.release();
  } catch (error) {
    // The connection ends, and with it the transaction, whatever state it is in.
    client.release(true);
    throw error;
  }
}

/** Two clocks that far apart judge locks and codes differently (security.md R-072); milliseconds. */
const CLOCKS_APART = 30_000;

/**
 * Holds the database's time against what it was here before and after: somewhere between it was asked.
 *
 * @throws Error `ERR_MFA_CLOCK` when this process and the database do not agree what time it is
 */
function checkClock(asked: number, [row]: readonly Row[]): StoreHealth {
  const theirs = number(row?.['now']);
  const clockAhead = Math.max(asked - theirs, 0) || Math.min(Date.now() - theirs, 0);
  if (Math.abs(clockAhead) <= CLOCKS_APART) return { clockAhead };
  const seconds = Math.round(Math.abs(clockAhead) / 1000);
  throw Object.assign(
    new Error(
      `the clock of this machine and the database's are ${seconds} s apart; set them by NTP`,
    ),
    { code: 'ERR_MFA_CLOCK' },
  );
}

const schemaAt = async (client: PgClient): Promise<Schema> =>
  schemaOf((await client.query(compiled(readSchema))).rows as Record<string, unknown>[]);

function compiled(query: Query) {
  const { text, values } = compiler('postgres')(query);
  return { text, values: [...values] };
}

/** `mfa_schema` does not exist (42P01): nothing was migrated yet. */
function noTable(error: unknown): [] {
  if ((error as { code?: string }).code === '42P01') return [];
  throw error;
}

function checkPool(pool: PgPool): void {
  if (typeof pool?.query === 'function' && typeof pool.connect === 'function') return;
  throw Object.assign(
    new TypeError('postgresStores(pool) needs a connected Pool of pg: new Pool({ … }).'),
    { code: 'ERR_MFA_POSTGRES_POOL' },
  );
}
