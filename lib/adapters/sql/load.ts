import { sql } from 'kysely';
import type {
  Account,
  Authenticator,
  Delivery,
  Loaded,
  LoadKeys,
  LoginTransaction,
} from '../../ports/index.js';
import { number, type Query, type Row } from './engine.js';

/*
 * Everything a step needs in one statement, hence from one snapshot: rows of the uniform shape (sort, data,
 * n, m), where n is the version, the order or the count of active, and m the count of pending.
 */

/** The transaction is looked up once; the rest asks it for its user. */
const named = (issuer: string, id: string): Query => sql`with named as materialized (
  select user_id, data from mfa_transaction where issuer = ${issuer} and id = ${id})`;

/** The user that a load is about; null when neither key leads to one. Undefined when there is no key. */
function owner({ transactionId, userId }: LoadKeys): Query | undefined {
  if (transactionId === undefined) return userId === undefined ? undefined : sql`${userId}`;
  const its = sql`(select user_id from named)`;
  return userId === undefined ? its : sql`coalesce(${its}, ${userId})`;
}

const transaction = sql`
  select 'transaction' as sort, data, cast(null as bigint) as n, cast(null as bigint) as m
  from named`;

const delivery = (issuer: string, id: string): Query => sql`
  select 'delivery' as sort, data, cast(null as bigint) as n, cast(null as bigint) as m
  from mfa_delivery where issuer = ${issuer} and id = ${id}`;

const account = (issuer: string, user: Query): Query => sql`
  select 'account' as sort, data, version as n, cast(null as bigint) as m
  from mfa_account where issuer = ${issuer} and user_id = ${user}`;

const authenticators = (issuer: string, user: Query): Query => sql`
  select 'authenticator' as sort, data, seq as n, cast(null as bigint) as m
  from mfa_authenticator where issuer = ${issuer} and user_id = ${user}`;

/** A user counts once: as active with any authenticator that is not pending. */
const addressUse = (
  issuer: string,
  addresses: readonly string[],
  user: Query | undefined,
): Query => sql`
  select 'use' as sort, cast(null as text) as data,
    cast(sum(active) as bigint) as n, cast(sum(1 - active) as bigint) as m
  from (
    select max(case when status = 'pending' then 0 else 1 end) as active
    from mfa_authenticator
    where issuer = ${issuer} and address in (${sql.join(addresses)})
      ${user ? sql`and user_id is distinct from ${user}` : sql``}
    group by user_id
  ) as users`;

/** The statement of a load, or undefined when no key is given. */
export function loadQuery(issuer: string, keys: LoadKeys): Query | undefined {
  const { transactionId, deliveryId } = keys;
  const addresses = [keys.address ?? []].flat();
  const user = owner(keys);
  const parts: Query[] = [];
  if (transactionId !== undefined) parts.push(transaction);
  if (deliveryId !== undefined) parts.push(delivery(issuer, deliveryId));
  if (user) parts.push(account(issuer, user), authenticators(issuer, user));
  if (addresses.length > 0) parts.push(addressUse(issuer, addresses, user));
  if (parts.length === 0) return undefined;
  const rows = sql`${sql.join(parts, sql` union all `)}`;
  return transactionId === undefined ? rows : sql`${named(issuer, transactionId)} ${rows}`;
}

/** What the rows of a load say. */
export function loadedOf(rows: readonly Row[], keys: LoadKeys): Loaded {
  const of = (sort: string) => rows.filter((row) => row['sort'] === sort);
  const record = <T>(row: Row | undefined): T | undefined =>
    row && (JSON.parse(row['data'] as string) as T);

  const found = record<LoginTransaction>(of('transaction')[0]);
  const user = found?.userId ?? keys.userId;
  const use = of('use')[0];
  return {
    transaction: found,
    delivery: record<Delivery>(of('delivery')[0]),
    account: user === undefined ? undefined : accountOf(user, of('account')[0]),
    authenticators: of('authenticator')
      .sort((a, b) => number(a['n']) - number(b['n']))
      .map((row) => record<Authenticator>(row) as Authenticator),
    addressUse: { active: number(use?.['n'] ?? 0), pending: number(use?.['m'] ?? 0) },
  };
}

function accountOf(userId: string, row: Row | undefined): Account {
  if (!row) return { userId, version: 0, lanes: {}, failures: {}, logins: {}, sends: [] };
  return { ...(JSON.parse(row['data'] as string) as Account), version: number(row['n']) };
}
