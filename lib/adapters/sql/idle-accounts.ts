import { sql } from 'kysely';
import type { Account } from '../../ports/index.js';
import { fateOf } from '../idle-account.js';
import { type Engine, number, type Query, type Row } from './engine.js';

/** Accounts looked at in one batch: what is found costs a few milliseconds. */
const LOOKED_AT = { postgres: 2500, sqlite: 500 } as const;
/** Of these, accounts without an authenticator that are read and judged. */
const JUDGED = 250;
/** Parts of the walk in one purge, while there are accounts to retire: those are not counted, so nobody asks again. */
const IN_A_ROW = { postgres: 40, sqlite: 2 } as const;

/**
 * Walks the accounts in the order of their key, a part of them with each batch and around again, and removes those
 * that hold nothing any more. A restart begins anew: nothing depends on how soon an idle account goes. An index by
 * time would have to be written with every login.
 */
export function purgeAccounts(
  engine: Engine,
  issuer: string,
): (now: number, limit: number) => Promise<number> {
  const next = walking(engine, issuer);
  return async (now, limit) => {
    for (let left: number = IN_A_ROW[engine.kind]; left > 0; left--) {
      const { retired, gone } = await next(now, limit);
      if (gone > 0 || retired === 0) return gone;
    }
    return 0;
  };
}

function walking(engine: Engine, issuer: string) {
  let after: Place = { user: '', issuer: '' };
  return async (now: number, limit: number) => {
    const size = Math.min(limit, LOOKED_AT[engine.kind]);
    const rows = await engine.run(bareAccounts(issuer, after, size));
    const found = rows.filter((row) => row['user_id'] !== null);
    after = found.length === JUDGED ? placeOf(found.at(-1), issuer) : endOf(rows[0], size);
    const fated = (fate: ReturnType<typeof fateOf>) =>
      found.map(accountOf).filter((it) => fateOf(it, now) === fate);
    const retire = sql`update mfa_account set version = ${now}`;
    const retired = await each(engine, issuer, retire, fated('retires'));
    const gone = await each(engine, issuer, sql`delete from mfa_account`, fated('goes'));
    return { retired, gone };
  };
}

/** A key of an account. */
interface Place {
  readonly user: string;
  readonly issuer: string;
}

const placeOf = (row: Row | undefined, issuer: string): Place => ({
  user: row?.['user_id'] as string,
  issuer,
});

/** Where those that were looked at end; the beginning when there were no more. */
function endOf(row: Row | undefined, size: number): Place {
  if (number(row?.['looked']) < size) return { user: '', issuer: '' };
  return { user: row?.['last_user'] as string, issuer: row?.['last_issuer'] as string };
}

const accountOf = (row: Row): Account => ({
  ...(JSON.parse(row['data'] as string) as Account),
  userId: row['user_id'] as string,
  version: number(row['version']),
});

/** Whether a user has no authenticator; one look into the index for each, however many there are. */
const isBare = (issuer: string, user: Query): Query => sql`(
  select min(id) from mfa_authenticator
  where issuer = ${issuer} and mfa_authenticator.user_id = ${user}) is null`;

/**
 * The next accounts without an authenticator, beside the end and the number of those that were looked at. These are of
 * any issuer: a rare one would otherwise have the whole table read at once.
 */
const bareAccounts = (issuer: string, after: Place, limit: number): Query => sql`
  with looked as materialized (
    select user_id, issuer from mfa_account
    where (user_id, issuer) > (${after.user}, ${after.issuer})
    order by user_id, issuer limit ${limit}
  ), bare as materialized (
    select user_id from looked
    where looked.issuer = ${issuer} and ${isBare(issuer, sql`looked.user_id`)}
    order by user_id limit ${sql.lit(JUDGED)}
  ), its as (
    select bare.user_id, version, data from bare
    join mfa_account on mfa_account.user_id = bare.user_id and mfa_account.issuer = ${issuer}
  ), ends as (
    select user_id as last_user, issuer as last_issuer from looked
    order by user_id desc, issuer desc limit 1
  )
  select counted.looked, ends.last_user, ends.last_issuer, its.user_id, its.version, its.data
  from (select count(*) as looked from looked) as counted
  left join ends on true left join its on true
  order by its.user_id`;

/**
 * Does it to each of the accounts that is still as it was read: an authenticator comes with a commit, which moves the
 * version.
 *
 * @returns to how many
 */
async function each(
  engine: Engine,
  issuer: string,
  what: Query,
  accounts: readonly Account[],
): Promise<number> {
  if (accounts.length === 0) return 0;
  if (engine.kind === 'postgres') {
    const users = accounts.map((it) => it.userId);
    const versions = accounts.map((it) => it.version);
    const rows = await engine.run(sql`with its as materialized (
        select * from unnest(cast(${users} as text[]), cast(${versions} as bigint[])) as it (user_id, version)
      ), rows as materialized (
        select place from its cross join lateral (
          select ctid as place from mfa_account
          where mfa_account.user_id = its.user_id and issuer = ${issuer}
            and mfa_account.version = its.version
          for update skip locked
        ) as found
      ), done as (
        ${what} where ctid = any (array(select place from rows)) returning 1
      ) select count(*) as done from done`);
    return number(rows[0]?.['done']);
  }
  const one = ({ userId, version }: Account) => sql`${what}
    where issuer = ${issuer} and user_id = ${userId} and version = ${version} returning 1 as done`;
  return engine.atomic(() => accounts.reduce((sum, it) => sum + engine.run(one(it)).length, 0));
}
