import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/** A statement, or a part of one, whose values are parameters. */
export type Query = RawBuilder<unknown>;

/** Column values as the driver gives them: a PostgreSQL `bigint` is a string. */
export type Row = Readonly<Record<string, unknown>>;

/** A statement as an engine takes it. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * PostgreSQL: one statement is one round trip and one transaction. A unit of several changes is one
 * statement with several `with` parts.
 */
export interface PostgresEngine {
  readonly kind: 'postgres';
  run(query: Query): Promise<Row[]>;
}

/**
 * SQLite: statements run synchronously, so that nothing else in this process comes between those of
 * `atomic`, and SQLite keeps other processes out.
 */
export interface SqliteEngine {
  readonly kind: 'sqlite';
  run(query: Query): Row[];
  /** Runs `body` in a write transaction: all of it, or nothing when it throws. */
  atomic<T>(body: () => T): T;
}

export type Engine = PostgresEngine | SqliteEngine;

/** Rows come from our own statements, which name their columns: read them as what they are. */
export const number = (value: unknown): number => Number(value);

/** Gives the text and the values of a query in the language of an engine. Kysely opens no connection. */
export function compiler(kind: Engine['kind']): (query: Query) => Statement {
  const db = new Kysely<unknown>({ dialect: dialects[kind] });
  return (query) => {
    const { sql, parameters } = query.compile(db);
    return { text: sql, values: parameters };
  };
}

const createDriver = () => new DummyDriver();

const dialects = {
  postgres: {
    createDriver,
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  sqlite: {
    createDriver,
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
};
