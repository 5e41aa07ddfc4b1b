import type { Stores } from '../ports/index.js';
import type { SqliteEngine } from './sql/engine.js';
import {
  checkSchema,
  missing,
  readSchema,
  recordStep,
  schemaOf,
  schemaTable,
  touchSchema,
} from './sql/schema.js';
import { type SqliteDatabase, sqliteEngine } from './sql/sqlite-engine.js';
import { sqlStore } from './sql/store.js';

export type { SqliteDatabase, SqliteStatement, SqliteValue } from './sql/sqlite-engine.js';

/**
 * Keeps everything in one SQLite file: durable, and enough for one machine. Several processes may use the
 * file, each with a handle of its own. At the first use the handle is set to WAL, `synchronous = FULL` and
 * `busy_timeout = 5000`, and the tables are made or brought up to date. Statements are synchronous: a commit
 * holds the thread for about a millisecond, and at worst for 5 seconds while another process writes.
 *
 * @param database - an open handle in the shape of `node:sqlite`, for the library alone: a transaction of
 *   the host on the same handle would make every change fail. It is never closed here.
 * @throws TypeError `ERR_MFA_SQLITE_DATABASE` when it is no such handle. The store's methods reject with
 *   `ERR_MFA_SCHEMA` when the tables are those of a newer library.
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite' // Node 20: '@photostructure/sqlite'
 * import { sqliteStores } from 'express-mfa/adapters/sqlite'
 *
 * const stores = sqliteStores(new DatabaseSync('mfa.db'))
 * ```
 */
export function sqliteStores(database: SqliteDatabase): Stores {
  const engine = engineOf(database);
  let settled = false;
  const readiness = {
    async fits() {
      if (settled) return;
      migrate(engine);
      settled = true;
    },
    async ready() {
      migrate(engine);
      engine.run(touchSchema);
    },
  };
  return (issuer) => sqlStore(engine, readiness, issuer);
}

/**
 * Makes the tables or brings them up to date, for a host that does this when it deploys; `sqliteStores`
 * does the same at its first use. Two at once do it once.
 *
 * @throws TypeError `ERR_MFA_SQLITE_DATABASE` when `database` is no handle in the shape of `node:sqlite`
 * @throws Error `ERR_MFA_SCHEMA` when the tables are those of a newer library
 * @example
 * ```ts
 * migrateSqlite(new DatabaseSync('mfa.db'))
 * ```
 */
export function migrateSqlite(database: SqliteDatabase): void {
  migrate(engineOf(database));
}

function migrate(engine: SqliteEngine & { exec(sql: string): void }): void {
  // WAL lets readers go on while one writes; with `synchronous = FULL` a commit is on the disk before it is
  // acknowledged. The time-out comes first, since the change to WAL may have to wait.
  engine.exec('pragma busy_timeout = 5000');
  engine.exec('pragma journal_mode = wal');
  engine.exec('pragma synchronous = full');
  engine.atomic(() => {
    engine.exec(schemaTable);
    const schema = schemaOf(engine.run(readSchema));
    for (const { version, oldest, sqlite } of missing(schema)) {
      engine.exec(sqlite);
      engine.run(recordStep(version, oldest));
    }
    checkSchema(schemaOf(engine.run(readSchema)), 'Run migrateSqlite(database).');
  });
}

function engineOf(database: SqliteDatabase) {
  if (typeof database?.prepare !== 'function' || typeof database.exec !== 'function') {
    throw Object.assign(
      new TypeError(
        'sqliteStores(database) needs an open handle in the shape of node:sqlite: new DatabaseSync(path).',
      ),
      { code: 'ERR_MFA_SQLITE_DATABASE' },
    );
  }
  return sqliteEngine(database);
}
