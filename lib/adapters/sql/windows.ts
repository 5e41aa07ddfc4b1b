import { sql } from 'kysely';
import type { Reservation, Window } from '../../ports/index.js';
import { type Engine, number, type Query, type Row } from './engine.js';

/*
 * `log` holds the times of the reservations, newest first and no more than the limit, as text of a fixed width:
 * both engines can cut it, and it compares as the numbers do. There is room when the limit-th newest has left, or
 * when there is none: '' comes before every time. `now` is the caller's: the database's clock plays no part. When it
 * is behind the newest entry, that time is written again: the log stays in order, and no clock gets more than the
 * limit. `ends_at` is for the purge alone.
 */

/** Digits of a time: enough until the year 2286. */
const WIDTH = 13;

const timeText = (time: number): string => String(time).padStart(WIDTH, '0');

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
    const state = sql`with ${wantedRows(windows, now)}, ${standing(issuer, windows, sql``)},
      ${fullest(now)}`;
    const refused = reservation(engine.run(sql`${state} select name, opens_at from fullest`));
    if (refused.granted)
      engine.run(sql`with ${wantedRows(windows, now)} ${take(issuer, now, sql`true`)}`);
    return refused;
  });
}

/** Gives the newest unit back in each window that has one. One statement on both engines. */
export async function release(
  engine: Engine,
  issuer: string,
  taken: readonly Window[],
  now: number,
): Promise<void> {
  const windows = inKeyOrder(taken);
  if (windows.length === 0) return;
  const wanted = wantedRows(windows, now);
  const update = sql`update mfa_window set log = substr(log, ${sql.lit(WIDTH + 1)})
    where issuer = ${issuer} and ${oneOf(windows)}
      and ${newest} > (select gone from wanted where wanted.name = mfa_window.name)`;
  if (engine.kind === 'sqlite') {
    engine.run(sql`with ${wanted} ${update}`);
    return;
  }
  // The count has the rows locked, in the common order, before the update comes to them in its own.
  const locked = sql`with ${wanted}, ${standing(issuer, windows, sql`for update`)}`;
  await engine.run(sql`${locked} ${update} and (select count(*) from standing) > 0`);
}

const oneOf = (windows: readonly Window[]): Query =>
  sql`name in (${sql.join(windows.map((it) => it.key))})`;

/** Every caller locks windows in the same order, so that two cannot wait for each other. */
function inKeyOrder(windows: readonly Window[]): Window[] {
  const byKey = new Map(windows.map((it) => [it.key, it]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const newest = sql`substr(mfa_window.log, 1, ${sql.lit(WIDTH)})`;

/** What is wanted; `last` is where in the log the limit-th entry begins, `gone` the newest time that has left. */
const wantedRows = (windows: readonly Window[], now: number): Query => sql`
  wanted (name, most, span, last, gone) as (values ${sql.join(
    windows.map(({ key, limit, length }) => {
      const last = WIDTH * (limit - 1) + 1;
      const gone = now < length ? '' : timeText(now - length);
      return sql`(cast(${key} as text), cast(${limit} as integer), cast(${length} as bigint),
        cast(${last} as integer), cast(${gone} as text))`;
    }),
  )})`;

/** The windows as they stand. Locked rows are read as they are after the wait, not as they were. */
const standing = (issuer: string, windows: readonly Window[], lock: Query): Query => sql`
  standing as materialized (
    select name, log from mfa_window
    where issuer = ${issuer} and ${oneOf(windows)}
    order by name ${lock}
  )`;

/** The limit-th newest entry: '' when there are fewer, and then there is room. */
const oldest = (log: Query): Query => sql`substr(${log}, wanted.last, ${sql.lit(WIDTH)})`;

/** The full window that has room last, if one is full. */
const fullest = (now: number): Query => sql`
  fullest as (
    select wanted.name, case when most < 1 then ${now}
      else cast(${oldest(sql`standing.log`)} as bigint) + span end as opens_at
    from wanted left join standing on standing.name = wanted.name
    where most < 1 or ${oldest(sql`standing.log`)} > gone
    order by 2 desc limit 1
  )`;

const take = (issuer: string, now: number, open: Query): Query => sql`
  insert into mfa_window (issuer, name, log, ends_at)
  select ${issuer}, name, ${timeText(now)}, ${now} + span from wanted where ${open}
  on conflict (issuer, name) do update set (log, ends_at) = (
    select substr(taken_at || mfa_window.log, 1, last + ${sql.lit(WIDTH - 1)}), cast(taken_at as bigint) + span
    from wanted, (
      select case when ${newest} > excluded.log then ${newest} else excluded.log end as taken_at
    ) as stamp
    where wanted.name = mfa_window.name
  )
  where exists (
    select 1 from wanted
    where wanted.name = mfa_window.name and ${oldest(sql`mfa_window.log`)} <= gone
  )
  returning 1 as taken`;

/**
 * PostgreSQL: one statement, refused or granted. A window that another process makes between the lock and
 * the insert was not there to be locked; when that one fills up, fewer rows are taken than wanted, and the
 * division by zero undoes them all. The engine then asks again and finds the row.
 */
function inOneStatement(issuer: string, windows: readonly Window[], now: number): Query {
  const parts = [
    wantedRows(windows, now),
    standing(issuer, windows, sql`for update`),
    fullest(now),
    sql`taken as (${take(issuer, now, sql`not exists (select 1 from fullest)`)})`,
  ];
  const whole = sql`(select count(*) from taken) = case
    when exists (select 1 from fullest) then 0 else cast(${windows.length} as bigint) end`;
  return sql`with ${sql.join(parts)}
    select fullest.name, fullest.opens_at, 1 / cast(${whole} as integer) as whole
    from (values (1)) as once left join fullest on true`;
}

/** What the row of the fullest window means. */
function reservation(rows: readonly Row[]): Reservation {
  const row = rows[0];
  if (!row || row['name'] === null) return { granted: true };
  return { granted: false, key: row['name'] as string, retryAt: number(row['opens_at']) };
}
