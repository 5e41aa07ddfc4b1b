import { sql } from 'kysely';
import type { Engine, Query } from './engine.js';
import { countGone } from './unit.js';

/** What expires: the table, its key beside the issuer, and when. */
const sorts = [
  { table: 'mfa_authenticator', key: 'user_id, id', end: 'expires_at' },
  { table: 'mfa_transaction', key: 'id', end: 'expires_at' },
  { table: 'mfa_delivery', key: 'id', end: 'expires_at' },
  { table: 'mfa_window', key: 'name', end: 'ends_at' },
] as const;

/** SQLite holds the thread meanwhile: so many rows of each sort are gone in a few milliseconds. */
const SQLITE_BATCH = 50;

/** Removes at most `limit` rows of each sort whose time has passed; returns how many it removed. */
export async function purge(
  engine: Engine,
  issuer: string,
  now: number,
  limit: number,
): Promise<number> {
  const batch = engine.kind === 'sqlite' ? Math.min(limit, SQLITE_BATCH) : limit;
  // A row that a request or another purge has locked is left to the next batch, so nobody waits.
  const lock = engine.kind === 'postgres' ? sql`for update skip locked` : sql``;
  return countGone(
    engine,
    sorts.map((sort) => deletion(sort, issuer, now, batch, lock)),
  );
}

function deletion(
  { table, key, end }: (typeof sorts)[number],
  issuer: string,
  now: number,
  limit: number,
  lock: Query,
): Query {
  // Materialized: a planner that ran the selection twice would remove more than `limit`.
  return sql`with dead as materialized (
      select ${sql.raw(key)} from ${sql.table(table)}
      where issuer = ${issuer} and ${sql.ref(end)} <= ${now}
      order by ${sql.ref(end)} limit ${limit} ${lock}
    )
    delete from ${sql.table(table)}
    where issuer = ${issuer} and (${sql.raw(key)}) in (select ${sql.raw(key)} from dead)
    returning 1 as gone`;
}
