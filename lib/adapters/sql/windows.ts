import { sql } from 'kysely';
import type { Reservation, Window } from '../../ports/index.js';
import { type Engine, number, type Query, type Row } from './engine.js';

/*
 * A window begins with the first reservation and ends at a fixed time; one that has ended counts as empty,
 * whether or not the purge has removed it. `now` is the caller's: the database's clock plays no part.
 */

/** Takes one unit in each window, or in none. */
export async function reserve(
  engine: Engine,
  issuer: string,
  wanted: readonly Window[],
  now: number,
): Promise<Reservation> {
  const windows = inKeyOrder(wanted);
  if (windows.length === 0) return { granted: true };
  if (engine.kind === 'postgres') {
    return reservation(await engine.run(inOneStatement(issuer, windows, now)));
  }
  return engine.atomic(() => {
    const state = sql`with ${wantedRows(windows)}, ${running(issuer, windows, now, sql``)},
      ${fullest(now)}`;
    const refused = reservation(engine.run(sql`${state} select name, ends_at from fullest`));
    if (refused.granted)
      engine.run(sql`with ${wantedRows(windows)} ${take(issuer, now, sql`true`)}`);
    return refused;
  });
}

/** Gives one unit back in each window that still runs; never below zero. One statement on both engines. */
export async function release(
  engine: Engine,
  issuer: string,
  taken: readonly Window[],
  now: number,
): Promise<void> {
  const windows = inKeyOrder(taken);
  if (windows.length === 0) return;
  const update = sql`update mfa_window set used = used - 1
    where issuer = ${issuer} and ${oneOf(windows)} and ends_at > ${now} and used > 0`;
  if (engine.kind === 'sqlite') {
    engine.run(update);
    return;
  }
  // The count has the rows locked, in the common order, before the update comes to them in its own.
  const locked = sql`with ${running(issuer, windows, now, sql`for update`)}`;
  await engine.run(sql`${locked} ${update} and (select count(*) from running) > 0`);
}

const oneOf = (windows: readonly Window[]): Query =>
  sql`name in (${sql.join(windows.map((it) => it.key))})`;

/** Every caller locks windows in the same order, so that two cannot wait for each other. */
function inKeyOrder(windows: readonly Window[]): Window[] {
  const byKey = new Map(windows.map((it) => [it.key, it]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const wantedRows = (windows: readonly Window[]): Query => sql`wanted (name, most, span) as (values
  ${sql.join(
    windows.map(
      (it) =>
        sql`(cast(${it.key} as text), cast(${it.limit} as bigint), cast(${it.length} as bigint))`,
    ),
  )})`;

/** The windows as they stand. Locked rows are read as they are after the wait, not as they were. */
const running = (
  issuer: string,
  windows: readonly Window[],
  now: number,
  lock: Query,
): Query => sql`
  running as materialized (
    select name, used, case when ends_at > ${now} then ends_at end as ends_at from mfa_window
    where issuer = ${issuer} and ${oneOf(windows)}
    order by name ${lock}
  )`;

/** The full window that ends last, if one is full. */
const fullest = (now: number): Query => sql`
  fullest as (
    select wanted.name, coalesce(running.ends_at, ${now}) as ends_at
    from wanted left join running on running.name = wanted.name and running.ends_at is not null
    where coalesce(running.used, 0) >= wanted.most
    order by 2 desc limit 1
  )`;

const take = (issuer: string, now: number, open: Query): Query => sql`
  insert into mfa_window (issuer, name, used, ends_at)
  select ${issuer}, name, 1, ${now} + span from wanted where ${open}
  on conflict (issuer, name) do update set
    used = case when mfa_window.ends_at > ${now} then mfa_window.used + 1 else 1 end,
    ends_at = case when mfa_window.ends_at > ${now}
      then mfa_window.ends_at else excluded.ends_at end
  where mfa_window.ends_at <= ${now}
    or mfa_window.used < (select most from wanted where wanted.name = mfa_window.name)
  returning 1 as taken`;

/**
 * PostgreSQL: one statement, refused or granted. A window that another process makes between the lock and
 * the insert was not there to be locked; when that one fills up, fewer rows are taken than wanted, and the
 * division by zero undoes them all. The engine then asks again and finds the row.
 */
function inOneStatement(issuer: string, windows: readonly Window[], now: number): Query {
  const parts = [
    wantedRows(windows),
    running(issuer, windows, now, sql`for update`),
    fullest(now),
    sql`taken as (${take(issuer, now, sql`not exists (select 1 from fullest)`)})`,
  ];
  const whole = sql`(select count(*) from taken) = case
    when exists (select 1 from fullest) then 0 else cast(${windows.length} as bigint) end`;
  return sql`with ${sql.join(parts)}
    select fullest.name, fullest.ends_at, 1 / cast(${whole} as integer) as whole
    from (values (1)) as once left join fullest on true`;
}

/** What the row of the fullest window means. */
function reservation(rows: readonly Row[]): Reservation {
  const row = rows[0];
  if (!row || row['name'] === null) return { granted: true };
  return { granted: false, key: row['name'] as string, retryAt: number(row['ends_at']) };
}
