import { existsSync } from 'node:fs';
import { migratePostgres, postgresStores } from '../adapters/postgres.js';
import { migrateSqlite, type SqliteDatabase, sqliteStores } from '../adapters/sqlite.js';
import type { Stores } from '../ports/index.js';
import { CliError, optional, type Values } from './command.js';

/** A database that was opened for one command. */
export interface Database {
  readonly stores: Stores;
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens what `--database` or `DATABASE_URL` names.
 *
 * @param create - whether a SQLite file that does not exist is made
 */
export async function openDatabase(values: Values, create: boolean): Promise<Database> {
  const where = optional(values, 'database') ?? '';
  if (where === '') {
    throw new CliError('name the database: --database postgres://… or a path, or DATABASE_URL', 2);
  }
  if (/^postgres(ql)?:\/\//.test(where)) return openPostgres(where);
  if (/^[a-z][a-z0-9+.-]+:/i.test(where)) {
    throw new CliError('a database is postgres://… or the path of a SQLite file', 2);
  }
  if (!create && !existsSync(where)) throw new CliError(`${where}: there is no such file`);
  return openSqlite(where);
}

async function openPostgres(connectionString: string): Promise<Database> {
  const { default: pg } = await installed(() => import('pg'), 'pg');
  const pool = new pg.Pool({ connectionString, max: 2, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => {}); // the next statement says it
  return {
    stores: postgresStores(pool),
    migrate: () => migratePostgres(pool),
    close: () => pool.end(),
  };
}

interface Sqlite {
  readonly DatabaseSync: new (path: string) => SqliteDatabase & { close(): void };
}

async function openSqlite(path: string): Promise<Database> {
  const { DatabaseSync } = await builtIn();
  const database = new DatabaseSync(path);
  return {
    stores: sqliteStores(database),
    migrate: async () => migrateSqlite(database),
    close: async () => database.close(),
  };
}

/** Node brings it from 22.13; before that it is a package. */
async function builtIn(): Promise<Sqlite> {
  const name = 'node:sqlite';
  return (import(name) as Promise<Sqlite>).catch(() =>
    installed(
      async () => (await import('@photostructure/sqlite')) as unknown as Sqlite,
      '@photostructure/sqlite',
    ),
  );
}

async function installed<T>(load: () => Promise<T>, name: string): Promise<T> {
  return load().catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CliError(`the package ${name} is not installed here; run npm install ${name}`);
  });
}
