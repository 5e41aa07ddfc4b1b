import { sql } from 'kysely';
import type {
  Account,
  Authenticator,
  Changes,
  Delivery,
  LoginTransaction,
} from '../../ports/index.js';
import { putEvents } from './audit.js';
import type { Query } from './engine.js';

/** One unit of changes: when the guard changes no row, nothing of it happens. */
export interface Unit {
  readonly guard: Query | undefined;
  /** In this order. `held` is the condition that the guard changed its row. */
  steps(held: Query): Query[];
}

/** What a commit puts and removes, so that no row is named twice: PostgreSQL changes it only once. */
interface Plan {
  readonly put: {
    readonly authenticators: readonly Authenticator[];
    readonly transactions: readonly LoginTransaction[];
    readonly deliveries: readonly Delivery[];
  };
  readonly gone: {
    readonly authenticators: readonly string[];
    readonly transactions: readonly string[];
    readonly deliveries: readonly string[];
  };
}

/** The unit that a commit makes. */
export function unitOf(issuer: string, changes: Changes): Unit {
  const { account, keepTransactions: keep } = changes;
  const plan = planOf(changes);
  return {
    guard: account && guard(issuer, account),
    steps: (held) => [
      ...removals(issuer, account?.userId, plan, held),
      ...(keep === undefined ? [] : forgets(issuer, keep, plan, held)),
      ...puts(issuer, plan, held),
      ...(changes.events?.length ? [putEvents(issuer, changes.events, held)] : []),
    ],
  };
}

function planOf({ put, remove }: Changes): Plan {
  const stays = {
    authenticators: last(put?.authenticators, (it) => JSON.stringify([it.userId, it.id])),
    transactions: last(put?.transactions, (it) => it.id),
    deliveries: last(put?.deliveries, (it) => it.id),
  };
  const without = (ids: readonly string[] = [], records: readonly { id: string }[]) =>
    ids.filter((id) => !records.some((it) => it.id === id));
  const gone = {
    authenticators: without(remove?.authenticators, stays.authenticators),
    transactions: without(remove?.transactions, stays.transactions),
    deliveries: without(remove?.deliveries, stays.deliveries),
  };
  return { put: stays, gone };
}

function removals(issuer: string, user: string | undefined, { gone }: Plan, held: Query): Query[] {
  const steps: Query[] = [];
  if (gone.transactions.length > 0) {
    steps.push(sql`delete from mfa_transaction
      where issuer = ${issuer} and ${oneOf(gone.transactions)} and ${held}`);
  }
  if (gone.deliveries.length > 0) {
    steps.push(sql`delete from mfa_delivery
      where issuer = ${issuer} and ${oneOf(gone.deliveries)} and ${held}`);
  }
  if (user !== undefined && gone.authenticators.length > 0) {
    steps.push(sql`delete from mfa_authenticator
      where issuer = ${issuer} and user_id = ${user} and ${oneOf(gone.authenticators)} and ${held}`);
  }
  return steps;
}

function puts(issuer: string, { put }: Plan, held: Query): Query[] {
  const { authenticators, transactions, deliveries } = put;
  const steps: Query[] = [];
  if (authenticators.length > 0) steps.push(putAuthenticators(issuer, authenticators, held));
  if (transactions.length > 0) steps.push(putTransactions(issuer, transactions, held));
  if (deliveries.length > 0) steps.push(putDeliveries(issuer, deliveries, held));
  return steps;
}

/**
 * The compare-and-set on which all else rests. On PostgreSQL the losers of a race wait here for the winner
 * and then find another version, or a row where there was none.
 */
function guard(issuer: string, account: Account): Query {
  const next = account.version + 1;
  const data = JSON.stringify({ ...account, version: next });
  if (account.version === 0) {
    return sql`insert into mfa_account (issuer, user_id, version, data)
      values (${issuer}, ${account.userId}, ${next}, ${data})
      on conflict (issuer, user_id) do nothing returning 1 as held`;
  }
  return sql`update mfa_account set version = ${next}, data = ${data}
    where issuer = ${issuer} and user_id = ${account.userId} and version = ${account.version}
    returning 1 as held`;
}

/**
 * Forgets the transactions of each login beyond the first `keep`, but none that has sent a message, be it in
 * another commit meanwhile.
 */
function forgets(issuer: string, keep: number, { put, gone }: Plan, held: Query): Query[] {
  const stay = put.transactions.map((it) => it.id);
  return logins(put.transactions).map(
    ({ userId, clientId }) => sql`delete from mfa_transaction
      where issuer = ${issuer} and sends = 0 and id in (
        select id from mfa_transaction
        where issuer = ${issuer} and user_id = ${userId} and client_id = ${clientId}
          ${gone.transactions.length > 0 ? sql`and not ${oneOf(gone.transactions)}` : sql``}
        order by known_device desc, case when sends > 0 then 0 else 1 end, created_at desc, id
        limit 1000000 offset ${keep}
      ) and not ${oneOf(stay)} and ${held}`,
  );
}

/*
 * The records of a sort are put by one statement, in the order of the list: `seq` counts in that order.
 */
const putAuthenticators = (issuer: string, records: readonly Authenticator[], held: Query) => sql`
  insert into mfa_authenticator (issuer, user_id, id, status, address, expires_at, data)
  select * from (values ${sql.join(
    records.map(
      (it) => sql`(${issuer}, ${it.userId}, ${it.id}, ${it.status}, ${it.address ?? null},
        cast(${it.expiresAt ?? null} as bigint), ${JSON.stringify(it)})`,
    ),
  )}) as records where ${held}
  on conflict (issuer, user_id, id) do update set status = excluded.status,
    address = excluded.address, expires_at = excluded.expires_at, data = excluded.data`;

const putTransactions = (issuer: string, records: readonly LoginTransaction[], held: Query) => sql`
  insert into mfa_transaction
    (issuer, id, user_id, client_id, sends, known_device, created_at, expires_at, data)
  select * from (values ${sql.join(
    records.map(
      (it) => sql`(${issuer}, ${it.id}, ${it.userId}, ${it.clientId}, cast(${it.sends} as bigint),
        cast(${it.knownDevice === true ? 1 : 0} as integer),
        cast(${it.createdAt} as bigint), cast(${it.expiresAt} as bigint), ${JSON.stringify(it)})`,
    ),
  )}) as records where ${held}
  on conflict (issuer, id) do update set user_id = excluded.user_id,
    client_id = excluded.client_id, sends = excluded.sends,
    known_device = excluded.known_device, created_at = excluded.created_at,
    expires_at = excluded.expires_at, data = excluded.data`;

const putDeliveries = (issuer: string, records: readonly Delivery[], held: Query) => sql`
  insert into mfa_delivery (issuer, id, expires_at, data)
  select * from (values ${sql.join(
    records.map(
      (it) => sql`(${issuer}, ${it.id}, cast(${it.expiresAt} as bigint), ${JSON.stringify(it)})`,
    ),
  )}) as records where ${held}
  on conflict (issuer, id) do update set expires_at = excluded.expires_at, data = excluded.data`;

const oneOf = (ids: readonly string[]): Query => sql`id in (${sql.join(ids)})`;

/** One record per key, the last of each. */
function last<T>(records: readonly T[] | undefined, key: (it: T) => string): T[] {
  return [...new Map((records ?? []).map((it) => [key(it), it])).values()];
}

/** One transaction per user and client. */
const logins = (transactions: readonly LoginTransaction[]) =>
  last(transactions, (it) => JSON.stringify([it.userId, it.clientId]));
