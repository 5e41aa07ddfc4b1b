import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import {
  type Engine,
  number,
  type PostgresEngine,
  type Query,
  type SqliteEngine,
} from './engine.js';
import { purgeAccounts } from './idle-accounts.js';

/** What expires: the table, its key beside the issuer, and when. */
const sorts = [
  { table: 'mfa_authenticator', key: 'user_id, id', end: 'expires_at' },
  { table: 'mfa_transaction', key: 'id', end: 'expires_at' },
  { table: 'mfa_delivery', key: 'id', end: 'expires_at' },
  { table: 'mfa_audit', key: 'tx, seq', end: 'expires_at' },
  { table: 'mfa_window', key: 'name', end: 'ends_at' },
] as const;

type Sort = (typeof sorts)[number];

/** SQLite holds the thread meanwhile: so many rows of each sort are gone in a few milliseconds. */
const SQLITE_BATCH = 50;
/** Rows of each sort in one statement: few, so that none of them takes long. */
const POSTGRES_BATCH = 1000;

/**
 * The purge of one issuer. A batch removes at most `limit` rows of each sort whose time has passed and returns how
 * many it removed; when there is none, it goes on with the accounts that hold nothing any more.
 */
export function purging(
  engine: Engine,
  issuer: string,
): (now: number, limit: number) => Promise<number> {
  const removeExpired =
    engine.kind === 'postgres' ? inTurns(engine, issuer) : inTransactions(engine, issuer);
  const removeIdle = purgeAccounts(engine, issuer);
  return async (now, limit) => (await removeExpired(now, limit)) || removeIdle(now, limit);
}

/**
 * PostgreSQL: one statement, and one process at a time, so that two do not walk over the same rows. Removed rows stay
 * in the index until vacuum comes, before the first one that is left: while batches are full, each begins where the
 * one before it ended.
 */
function inTurns(engine: PostgresEngine, issuer: string) {
  const lock = createHash('sha256').update(`express-mfa purge ${issuer}`).digest();
  const turn = sql`turn as materialized (
    select pg_try_advisory_xact_lock(cast(${String(lock.readBigInt64BE())} as bigint)) as ours)`;
  let reached = new Map<Sort, number>();

  async function batch(now: number, limit: number): Promise<number> {
    const removed = sorts.map((sort) => {
      const { part, gone } = names(sort);
      return sql`${part} as materialized (${expired(sort, issuer, now, reached.get(sort) ?? 0, limit)}),
        ${gone} as (${byPlace(sort, part)})`;
    });
    const counts = sorts.map((sort) => {
      const { gone } = names(sort);
      return sql`select count(*) as gone, max(${sql.ref(sort.end)}) as reached from ${gone}`;
    });
    const rows = await engine.run(
      sql`with ${turn}, ${sql.join(removed)} ${sql.join(counts, sql` union all `)}`,
    );
    const gone = rows.map((row) => number(row['gone']));
    const full = sorts.flatMap((sort, at): [Sort, number][] =>
      gone[at] === limit ? [[sort, number(rows[at]?.['reached'])]] : [],
    );
    reached = new Map(full);
    return gone.reduce((sum, it) => sum + it, 0);
  }

  return async (now: number, limit: number): Promise<number> => {
    const bounded = reached.size > 0;
    const size = Math.min(limit, POSTGRES_BATCH);
    // None left above: what came in below, or was locked, is found from the beginning.
    return (await batch(now, size)) || (bounded ? batch(now, size) : 0);
  };
}

const names = ({ table }: Sort) => ({
  part: sql.raw(`dead_${table}`),
  gone: sql.raw(`gone_${table}`),
});

/** A row that a request has locked is left to the next batch, so nobody waits. */
const expired = ({ table, end }: Sort, issuer: string, now: number, from: number, limit: number) =>
  sql`select ctid from ${sql.table(table)}
    where issuer = ${issuer} and ${sql.ref(end)} >= ${from} and ${sql.ref(end)} <= ${now}
      and (select ours from turn)
    order by ${sql.ref(end)} limit ${limit} for update skip locked`;

/** The rows are locked, so they stay where they are. */
const byPlace = ({ table, end }: Sort, part: Query): Query =>
  sql`delete from ${sql.table(table)} where ctid = any (array(select ctid from ${part}))
    returning ${sql.ref(end)}`;

function inTransactions(engine: SqliteEngine, issuer: string) {
  return async (now: number, limit: number): Promise<number> => {
    const size = Math.min(limit, SQLITE_BATCH);
    const remove = (sort: Sort) => engine.run(byKey(sort, issuer, now, size)).length;
    return engine.atomic(() => sorts.reduce((sum, sort) => sum + remove(sort), 0));
  };
}

const byKey = ({ table, key, end }: Sort, issuer: string, now: number, limit: number): Query =>
  sql`delete from ${sql.table(table)}
    where issuer = ${issuer} and (${sql.raw(key)}) in (
      select ${sql.raw(key)} from ${sql.table(table)}
      where issuer = ${issuer} and ${sql.ref(end)} <= ${now}
      order by ${sql.ref(end)} limit ${limit})
    returning 1 as gone`;
