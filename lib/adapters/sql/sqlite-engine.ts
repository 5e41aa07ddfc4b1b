import { compiler, type Query, type Row, type SqliteEngine } from './engine.js';

/** The part of a prepared statement of `node:sqlite` that is used. */
export interface SqliteStatement {
  all(...values: SqliteValue[]): unknown[];
}

/** What is bound to a parameter. */
export type SqliteValue = string | number | bigint | null;

/** The part of `DatabaseSync` of `node:sqlite` (Node 20: `@photostructure/sqlite`) that is used. */
export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
}

/** Statements kept prepared: preparing costs ten times as much as running. There are about 40 shapes. */
const KEPT = 100;

/** The engine on a handle, and a way to run statements that give no rows. */
export function sqliteEngine(database: SqliteDatabase): SqliteEngine & { exec(sql: string): void } {
  const compile = compiler('sqlite');
  const prepared = new Map<string, SqliteStatement>();

  function prepare(text: string): SqliteStatement {
    const statement = prepared.get(text) ?? database.prepare(text);
    if (prepared.size >= KEPT && !prepared.has(text)) prepared.clear();
    prepared.set(text, statement);
    return statement;
  }

  function run(query: Query): Row[] {
    const { text, values } = compile(query);
    return prepare(text).all(...(values as SqliteValue[])) as Row[];
  }

  return {
    kind: 'sqlite',
    exec: (text) => database.exec(text),
    run,
    atomic: (body) => atomically(database, body),
  };
}

/** Takes the write lock at the start: a transaction that read first and then wrote might have to start over. */
function atomically<T>(database: SqliteDatabase, body: () => T): T {
  database.exec('begin immediate');
  try {
    const result = body();
    database.exec('commit');
    return result;
  } catch (error) {
    try {
      database.exec('rollback');
    } catch {
      // SQLite has rolled back by itself (disk full, say): the first error tells why.
    }
    throw error;
  }
}
