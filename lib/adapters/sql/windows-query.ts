import { sql } from 'kysely';
import type { Reservation, Window } from '../../ports/index.js';
import { countedAt, entriesKept } from '../rolling-log.js';
import { number, type Query, type Row } from './engine.js';
import { COUNT, countText, entryWidth, TIME, timeText } from './window-text.js';

/*
 * PostgreSQL: one statement, refused or granted. There is room when the limit-th newest unit has left, or when there
 * is none: '' comes before every time. A clock that is behind the newest unit counts at that one's time: the log stays
 * in order, and no clock gets more than the limit.
 */

/**
 * A window that another process makes between the lock and the insert was not there to be locked; when that one fills
 * up, fewer rows are taken than wanted, and the division by zero undoes them all. The engine then asks again and finds
 * the row.
 */
export function reserveQuery(issuer: string, windows: readonly Window[], now: number): Query {
  const parts = [
    wantedRows(windows, now),
    lockedRows(issuer, windows),
    fullestRow(now),
    sql`taken as (${take(issuer, sql`not exists (select 1 from fullest)`)})`,
  ];
  const whole = sql`(select count(*) from taken) = case
    when exists (select 1 from fullest) then 0 else cast(${windows.length} as bigint) end`;
  return sql`with ${sql.join(parts)}
    select fullest.name, fullest.opens_at, 1 / cast(${whole} as integer) as whole
    from (values (1)) as once left join fullest on true`;
}

/** What the row of the fullest window means. */
export function reservation(rows: readonly Row[]): Reservation {
  const row = rows[0];
  if (!row || row['name'] === null) return { granted: true };
  return { granted: false, key: row['name'] as string, retryAt: number(row['opens_at']) };
}

/** The count has the rows locked, in the common order, before the update comes to them in its own. */
export const releaseQuery = (issuer: string, windows: readonly Window[], at: number): Query => sql`
  with ${wantedRows(windows, at)}, ${lockedRows(issuer, windows)}
  update mfa_window set log = coalesce((
    select overlay(mfa_window.log placing
      case when count > 1 then substr(mfa_window.log, start, ${sql.lit(TIME)})
        || lpad(cast(count - 1 as text), ${sql.lit(COUNT)}, '0') else '' end
      from start for width)
    from wanted
    cross join lateral (
      select coalesce(min(place) filter (where time <= stamp), max(place)) as start
      from ${entries(sql`mfa_window.log`)} where time > gone
    ) as chosen
    cross join lateral (
      select case when step = 0 then 1
        else cast(substr(mfa_window.log, start + ${sql.lit(TIME)}, ${sql.lit(COUNT)}) as integer) end as count
    ) as counted
    where wanted.name = mfa_window.name and start is not null
  ), log)
  where issuer = ${issuer} and ${oneOf(windows)} and (select count(*) from standing) > 0`;

const oneOf = (windows: readonly Window[]): Query =>
  sql`name in (${sql.join(windows.map((it) => it.key))})`;

/**
 * What is wanted: `stamp` is the time that counts, `fresh` its entry, `gone` the newest time that has left, `last`
 * where the limit-th entry begins, `kept` how many characters of the log stay, `step` the resolution, or 0.
 */
const wantedRows = (windows: readonly Window[], now: number): Query => sql`
  wanted (name, most, span, step, width, last, kept, gone, stamp, fresh) as (values ${sql.join(
    windows.map((it) => {
      const { key, limit, length, resolution } = it;
      const width = entryWidth(it);
      const stamp = timeText(countedAt(it, now));
      const fresh = resolution === undefined ? stamp : stamp + countText(1);
      const kept = width * (resolution === undefined ? limit : entriesKept(it));
      return sql`(cast(${key} as text), cast(${limit} as integer), cast(${length} as bigint),
        cast(${resolution ?? 0} as bigint), cast(${width} as integer),
        cast(${TIME * (limit - 1) + 1} as integer), cast(${kept} as integer),
        cast(${now < length ? '' : timeText(now - length)} as text),
        cast(${stamp} as text), cast(${fresh} as text))`;
    }),
  )})`;

/** The windows as they stand. Locked rows are read as they are after the wait, not as they were. */
const lockedRows = (issuer: string, windows: readonly Window[]): Query => sql`
  standing as materialized (
    select name, log from mfa_window
    where issuer = ${issuer} and ${oneOf(windows)}
    order by name for update
  )`;

/*
 * Logs are read as bytes, unpacked once: a part of a long text is found only by walking over what comes before it, which
 * made this the dearest step of a message.
 */
const asBytes = (log: Query): Query =>
  sql`(select convert_to(${log}, 'UTF8') as bytes offset 0) as unpacked
    cross join lateral generate_series(1, length(bytes), wanted.width) as place`;
const part = (from: Query, length: number): Query =>
  sql`convert_from(substr(bytes, ${from}, ${sql.lit(length)}), 'UTF8')`;

/** The entries of a log, by the place where they begin. */
const entries = (log: Query): Query =>
  sql`(select place, ${part(sql`place`, TIME)} as time from ${asBytes(log)}) as entry`;

/** Time of the limit-th newest unit: '' when there are fewer, and then there is room. */
const oldest = (log: Query): Query => sql`case
  when step = 0 then substr(${log}, wanted.last, ${sql.lit(TIME)})
  else coalesce((
    select ${part(sql`place`, TIME)} from (
      select bytes, place, sum(cast(${part(sql`place + ${sql.lit(TIME)}`, COUNT)} as integer))
        over (order by place) as units
      from ${asBytes(log)}
    ) as counted
    where units >= most order by place limit 1
  ), '') end`;

/** The full window that has room last, if one is full. */
const fullestRow = (now: number): Query => sql`
  fullest as (
    select name, case when most < 1 then ${now} else cast(opens as bigint) + span end as opens_at
    from (
      select wanted.name, most, span, gone, ${oldest(sql`standing.log`)} as opens
      from wanted left join standing on standing.name = wanted.name
      offset 0
    ) as state
    where most < 1 or opens > gone
    order by 2 desc limit 1
  )`;

const newest = sql`substr(mfa_window.log, 1, ${sql.lit(TIME)})`;

const take = (issuer: string, open: Query): Query => sql`
  insert into mfa_window (issuer, name, log, ends_at)
  select ${issuer}, name, fresh, cast(stamp as bigint) + span from wanted where ${open} order by name
  on conflict (issuer, name) do update set (log, ends_at) = (
    select substr(case
        when step = 0 then at || mfa_window.log
        when at > ${newest} then at || ${countText(1)} || mfa_window.log
        else at || lpad(cast(cast(substr(mfa_window.log, ${sql.lit(TIME + 1)}, ${sql.lit(COUNT)}) as integer) + 1
          as text), ${sql.lit(COUNT)}, '0') || substr(mfa_window.log, ${sql.lit(TIME + COUNT + 1)})
      end, 1, kept), cast(at as bigint) + span
    from wanted cross join lateral (select greatest(${newest}, stamp) as at) as counted
    where wanted.name = mfa_window.name
  )
  where exists (
    select 1 from wanted
    where wanted.name = mfa_window.name and case
      when exists (select 1 from standing where standing.name = wanted.name) then true
      else ${oldest(sql`mfa_window.log`)} <= gone end
  )
  returning 1 as taken`;
