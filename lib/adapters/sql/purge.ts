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
/** Rows in one statement: few, so that none takes long. */
const POSTGRES_BATCH = 500;
/** Rows that were locked are found when they ended at most so long (ms) before the last one removed, */
const LATE = 120_000;
/** which is looked at so often (ms): once in a purge, and not with every batch, since all the others there are dead. */
const LOOK_BACK_EVERY = 30_000;
/** How often (ms) all that has expired is looked for, however late it came in. */
const SWEEP_EVERY = 3_600_000;

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

/** PostgreSQL: a statement of its own for each sort, so that none takes long. */
function inTurns(engine: PostgresEngine, issuer: string) {
  const purges = sorts.map((sort) => inTurn(engine, issuer, sort));
  return async (now: number, limit: number): Promise<number> => {
    let removed = 0;
    for (const purge of purges) removed += await purge(now, Math.min(limit, POSTGRES_BATCH));
    return removed;
  };
}

/**
 * One process at a time, so that two do not walk over the same rows. Removed rows stay in the index until vacuum comes,
 * before the first one that is left, and a walk from the beginning takes longer the more there are: each batch begins
 * where the one before it ended.
 */
function inTurn(engine: PostgresEngine, issuer: string, sort: Sort) {
  const lock = createHash('sha256').update(`express-mfa purge ${issuer}`).digest();
  const turn = sql`pg_try_advisory_xact_lock(cast(${String(lock.readBigInt64BE())} as bigint))`;
  let reached = 0;
  let more = false;
  const done = { sweep: 0, look: 0 };
  const isDue = (at: number, every: number, now: number) => !more && Math.abs(now - at) >= every;

  return async (now: number, limit: number): Promise<number> => {
    const sweeps = isDue(done.sweep, SWEEP_EVERY, now);
    const looks = isDue(done.look, LOOK_BACK_EVERY, now);
    const from = sweeps ? 0 : Math.max(0, reached - (looks ? LATE : 0));
    const [row] = await engine.run(oneBatch(sort, { issuer, turn, from, now, limit }));
    if (!row || number(row['ours']) === 0) return 0;
    if (sweeps) done.sweep = now;
    if (looks) done.look = now;
    const gone = number(row['gone']);
    more = gone === limit;
    if (gone > 0) reached = Math.max(more ? 0 : reached, number(row['reached']));
    return gone;
  };
}

interface Batch {
  readonly issuer: string;
  /** Whether it is this process's turn. */
  readonly turn: Query;
  readonly from: number;
  readonly now: number;
  readonly limit: number;
}

/**
 * A row that a request has locked is left to a later batch, so nobody waits. Those that were found are locked, so they
 * stay where they are.
 */
const oneBatch = ({ table, end }: Sort, { issuer, turn, from, now, limit }: Batch): Query => sql`
  with turn as materialized (select ${turn} as ours),
  dead as materialized (
    select ctid from ${sql.table(table)}
    where issuer = ${issuer} and ${sql.ref(end)} >= ${from} and ${sql.ref(end)} <= ${now}
      and (select ours from turn)
    order by ${sql.ref(end)} limit ${limit} for update skip locked
  ),
  gone as (
    delete from ${sql.table(table)} where ctid = any (array(select ctid from dead))
    returning ${sql.ref(end)} as ended
  )
  select (select case when ours then 1 else 0 end from turn) as ours, count(*) as gone, max(ended) as reached from gone`;

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
