/**
 * Fills a database: one user goes through the flow, and the rows that the library wrote for it are copied
 * by the server, each with ids of its own.
 */
import { addressIndexes, oobCredential } from '../../../dist/authenticators/address.js';
import { phoneOf } from '../fixtures.js';
import { TABLES } from './database.js';
import { ABANDONED, ENROLMENT, walk } from './steps.js';

/** A user beyond all others. */
const TEMPLATE = 7_000_000;
/** Expired pending enrolments ended this long ago (ms): longer than any window. */
const AGO = 3 * 86_400_000;
/** Events are kept so long unless the host says otherwise (docs/events.md). */
const AUDIT_DAYS = 90;

const hashOf = (salt) =>
  `translate(rtrim(encode(sha256(convert_to('${salt}' || n, 'UTF8')), 'base64'), '='), '+/', '-_')`;

const DAY = 86_400_000;

/** What the library writes for one user, by table; what many users share is left out, since it does not grow with them. */
async function rowsOf(site, flow) {
  const connection = await site.connect();
  await walk(flow, site, connection, TEMPLATE);
  connection.close();
  const rows = {};
  for (const it of TABLES) rows[it] = await site.database.query(`select * from mfa_${it}`);
  const [address] = rows.authenticator.flatMap((it) => it.address ?? []);
  rows.account = rows.account.filter((it) => it.user_id === `user-${TEMPLATE}`);
  rows.window = rows.window.filter((it) => it.name.includes(address));
  await site.database.query(`truncate ${TABLES.map((it) => `mfa_${it}`).join(', ')}`);
  return rows;
}

/** Every value that tells one user's rows from another's, and the SQL of its counterpart for user `n`. */
function identities(rows) {
  const { account, authenticator, transaction, delivery } = rows;
  const found = [[account[0].user_id, "'user-' || n"]];
  for (const { id, address, expires_at: end } of authenticator) {
    const { kind } = JSON.parse(authenticator.find((it) => it.id === id).data);
    found.push([id, `'dev_' || substr(md5('${kind}' || n), 1, 16)`]);
    if (address) found.push([address, `'${address.split('.')[0]}.' || ${hashOf('address')}`]);
    if (end) found.push([end, `(${end} - ${AGO} + n)::text`]);
  }
  for (const [name, list] of Object.entries({ transaction, delivery })) {
    for (const { id, expires_at: end } of list) {
      found.push([id, hashOf(name)], [end, `(${end} - ${AGO} + n)::text`]);
    }
  }
  const kept = AGO + AUDIT_DAYS * DAY;
  for (const { expires_at: end } of rows.audit) found.push([end, `(${end} - ${kept} + n)::text`]);
  for (const { ends_at: end } of rows.window) found.push([end, `(${end} - ${AGO} + n)::text`]);
  return new Map(found);
}

async function copy(database, table, row, known, [first, last]) {
  const { seq: _, tx: __, ...columns } = row;
  const quoted = (value) => `'${value.replaceAll("'", "''")}'`;
  const expression = (value) => {
    let text = quoted(value);
    for (const [literal, counterpart] of known) {
      if (value.includes(literal)) text = `replace(${text}, ${quoted(literal)}, ${counterpart})`;
    }
    return text;
  };
  const values = Object.entries(columns).map(([name, value]) => {
    if (value === null) return 'null';
    const isNumber = /^(version|sends|known_device|created_at|expires_at|ends_at)$/.test(name);
    return isNumber ? `(${expression(String(value))})::bigint` : expression(value);
  });
  await database.query(`insert into mfa_${table} (${Object.keys(columns).join(', ')})
    select ${values.join(', ')} from generate_series(${first}, ${last}) as n`);
}

async function copyAll(database, rows, range) {
  const known = identities(rows);
  const copyTable = async (table) => {
    for (const row of rows[table]) await copy(database, table, row, known, range);
  };
  await Promise.all(TABLES.map(copyTable));
}

/**
 * Takes what has to be copied, from tables that are empty before and after.
 *
 * @returns functions that make the users 1 to `count`, each with the account, the phone and the recovery code of
 *   an enrolment, and `count` users from `first` on, each with an enrolment that expired unconfirmed
 */
export async function seeder(site) {
  const { account, authenticator, ...rest } = await rowsOf(site, ENROLMENT);
  const none = Object.fromEntries(Object.keys(rest).map((name) => [name, []]));
  const enrolled = { account, authenticator, ...none };
  const abandoned = await rowsOf(site, ABANDONED);
  return {
    users: (count) => copyAll(site.database, enrolled, [1, count]),
    pending: (first, count) => copyAll(site.database, abandoned, [first, first + count - 1]),
  };
}

/** A copied credential opens for nobody: those who will log in get their own. */
export async function makeUsable({ database, mfa }, users) {
  const rows = await database.query(
    `select data from mfa_authenticator where user_id = any($1) and address is not null`,
    [users.map((user) => `user-${user}`)],
  );
  const made = rows.map(({ data }) => {
    const record = JSON.parse(data);
    const to = phoneOf(Number(record.userId.slice(5)));
    const credential = oobCredential(mfa, to, record.userId, record.id);
    return { ...record, credential, address: addressIndexes(mfa, 'phone', to)[0] };
  });
  await database.query(
    `update mfa_authenticator as it set data = made.data, address = made.address
      from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as made (user_id, id, address, data)
      where it.user_id = made.user_id and it.id = made.id`,
    [
      ...['userId', 'id', 'address'].map((name) => made.map((it) => it[name])),
      made.map((it) => JSON.stringify(it)),
    ],
  );
}
