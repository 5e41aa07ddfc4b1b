import { createHash } from 'node:crypto';
import { compiler, type PostgresEngine, type Row } from './engine.js';

/** A statement as `pg` takes it: with a name it stays prepared on its connection. */
export interface PgQuery {
  text: string;
  values?: unknown[];
  name?: string;
}

/** The part of a `pg` client that is used. */
export interface PgClient {
  query(query: PgQuery): Promise<{ rows: unknown[] }>;
  release(error?: Error | boolean): void;
}

/** The part of a `pg` `Pool` that is used. */
export interface PgPool {
  query(query: PgQuery): Promise<{ rows: unknown[] }>;
  connect(): Promise<PgClient>;
}

/** Shapes of statements that get a name: more than the flow has, and a bound on the server's memory. */
const NAMED = 64;

/** How often a statement is tried again. */
const RETRIES = 3;

/**
 * A statement that failed so changed nothing and may succeed now: serialization failure, deadlock, unique
 * violation, and the division by zero with which `reserve` undoes itself.
 */
const PASSING = new Set(['40001', '40P01', '23505', '22012']);

/** @param prepare - whether statements are named and stay prepared on their connections */
export function postgresEngine(pool: PgPool, prepare: boolean): PostgresEngine {
  const compile = compiler('postgres');
  const names = new Map<string, string>();

  /** Made from the text, so that two stores on one pool never give one name to two statements. */
  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known || names.size >= NAMED) return known;
    const name = `mfa_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
    return name;
  }

  return {
    kind: 'postgres',
    async run(query) {
      const { text, values } = compile(query);
      const name = prepare ? nameOf(text) : undefined;
      const ask = { text, values: [...values], ...(name === undefined ? {} : { name }) };
      for (let left = RETRIES; ; left--) {
        try {
          return (await pool.query(ask)).rows as Row[];
        } catch (error) {
          if (left === 0 || !PASSING.has((error as { code?: string }).code ?? '')) throw error;
        }
      }
    },
  };
}
