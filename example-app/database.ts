import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stores } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { migratePostgres, postgresStores } from 'express-mfa/adapters/postgres';
import { migrateSqlite, type SqliteDatabase, sqliteStores } from 'express-mfa/adapters/sqlite';
import session, { type Store } from 'express-session';
import type { Pool } from 'pg';
import type { Config, Database } from './config.js';
import { errorMembers, log } from './log.js';
import { withRedis } from './redis.js';
import { SqliteSessions } from './sqlite-sessions.js';

const LOCAL = { migrate: async () => {}, mayComeBack: () => false };

export interface OpenDatabase {
  readonly stores: Stores;
  /** Sessions of the browser. */
  readonly sessions: Store;
  /** For people. */
  readonly name: string;
  /** Makes its tables, or brings them up to date. */
  migrate(): Promise<void>;
  /** Whether this failure may pass, as when its server is away: then it is worth to wait. */
  mayComeBack(error: unknown): boolean;
  close(): Promise<void>;
}

/**
 * Opens what `DATABASE_URL` and `REDIS_URL` name; a server need not be there yet. The library never closes it.
 *
 * @throws Error that names the variable
 */
export async function openDatabase({ database, redisUrl }: Config): Promise<OpenDatabase> {
  const durable = await openDurable(database);
  return redisUrl === undefined ? durable : withRedis(durable, redisUrl);
}

async function openDurable(database: Database): Promise<OpenDatabase> {
  try {
    if (database.kind === 'postgres') return await openPostgres(database.url);
    if (database.kind === 'sqlite') return await openSqlite(database.directory);
    return {
      ...LOCAL,
      stores: memoryStores(),
      sessions: new session.MemoryStore(),
      name: 'memory',
      close: async () => {},
    };
  } catch (error) {
    throw new Error(`DATABASE_URL: ${(error as Error).message}`, { cause: error });
  }
}

async function openPostgres(url: string): Promise<OpenDatabase> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 1_000, // also the longest wait for a free one
    statement_timeout: 2_000,
    query_timeout: 2_500,
    keepAlive: true,
  });
  // A connection that breaks while idle is replaced by itself; without a listener it would end the process.
  pool.on('error', (error) => log('database.error', errorMembers(error)));
  return {
    stores: postgresStores(pool),
    sessions: await postgresSessions(pool),
    name: 'PostgreSQL',
    migrate: () => migratePostgres(pool),
    mayComeBack: (error) => !(error instanceof TypeError), // a mistake of ours or of the seed file
    close: () => pool.end(),
  };
}

/** Their table is made when the first one is kept; without Redis they live beside the rest. */
async function postgresSessions(pool: Pool): Promise<Store> {
  const { default: connect } = await import('connect-pg-simple');
  const PostgresSessions = connect(session);
  return new PostgresSessions({
    pool,
    createTableIfMissing: true,
    tableName: 'example_session',
    errorLog: (error: unknown) => log('session.error', errorMembers(error)),
  });
}

async function openSqlite(directory: string): Promise<OpenDatabase> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'mfa.sqlite');
  const Sqlite = await sqliteModule();
  const handle = new Sqlite(file);
  migrateSqlite(handle);
  const stores = sqliteStores(handle);
  const sessions = new SqliteSessions(handle);
  return { ...LOCAL, stores, sessions, name: file, close: async () => handle.close() };
}

type SqliteConstructor = new (file: string) => SqliteDatabase & { close(): void };

/** Built into Node from 22.13; before that the same thing from npm. */
async function sqliteModule(): Promise<SqliteConstructor> {
  for (const name of ['node:sqlite', '@photostructure/sqlite']) {
    try {
      const { DatabaseSync } = await import(name);
      return DatabaseSync;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ERR_UNKNOWN_BUILTIN_MODULE' && code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(
    'No SQLite: use Node 22.13 or newer, or npm install @photostructure/sqlite, or set DATABASE_URL',
  );
}
