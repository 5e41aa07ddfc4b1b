/** What the purge takes, statement by statement, and how far behind it is at a busy app's rate. */
import { setTimeout } from 'node:timers/promises';
import { postgresStores } from 'express-mfa/adapters/postgres';
import { ISSUER } from '../fixtures.js';

/** As the routers ask for, and how often (ms). */
const BATCH = 5000;
const EVERY = 60_000;
/** Accounts that a statement of the walk looks at. */
const WALK = 5000;
const DAY = 86_400_000;

/** A store that notes each statement: `{ rows, ms }`. */
function watched({ pool }) {
  const statements = [];
  const query = async (statement) => {
    const began = performance.now();
    const result = await pool.query(statement);
    const ms = performance.now() - began;
    const [row] = result.rows;
    if (row && ('gone' in row || 'looked' in row || 'done' in row)) {
      statements.push({ rows: Number(row.gone ?? row.done ?? 0), ms });
    }
    return result;
  };
  return { statements, store: postgresStores({ query, connect: () => pool.connect() })(ISSUER) };
}

/** Until nothing that has expired is left. */
async function untilEmpty(store, now) {
  for (let rows = 1; rows > 0; ) rows = await store.purge(now, BATCH);
}

/** Removes all that has expired. @returns each statement: how many rows it removed, in what time (ms) */
export async function purgeAll({ database }) {
  const { statements, store } = watched(database);
  await untilEmpty(store, Date.now());
  return statements;
}

/** Then the accounts that nobody came back to, which takes two walks over all of them, days apart. */
export async function purgeIdle({ database }) {
  const { statements, store } = watched(database);
  const { account } = await database.sizes();
  for (const days of [40, 43]) {
    const now = Date.now() + days * DAY;
    for (let walk = Math.ceil(account.rows / WALK); walk > 0; walk--) await untilEmpty(store, now);
  }
  return { statements, before: account.rows, after: (await database.sizes()).account.rows };
}

const arrivals = [
  `insert into mfa_transaction
     (issuer, id, user_id, client_id, sends, known_device, created_at, expires_at, data)
   select $1, md5('t' || n || $2), n, 'spa', 1, 0, $2, $2 + 1000, repeat('x', 600)
   from generate_series(1, $3::int) as n`,
  `insert into mfa_delivery (issuer, id, expires_at, data)
   select $1, md5('d' || n || $2), $2 + 1000, repeat('x', 400) from generate_series(1, $3::int) as n`,
  `insert into mfa_window (issuer, name, log, ends_at)
   select $1, md5('w' || n || $2), $2, $2 + 1000 from generate_series(1, $3::int) as n`,
  `insert into mfa_audit (issuer, expires_at, data)
   select $1, $2 + 1000, repeat('x', 300) from generate_series(1, $3::int) as n`,
];
const OLDEST = `select least(
  (select min(expires_at) from mfa_transaction), (select min(expires_at) from mfa_delivery),
  (select min(ends_at) from mfa_window), (select min(expires_at) from mfa_audit)) as oldest`;

/**
 * So many rows of each sort expire each second, and the purge runs once a minute as the routers do it.
 *
 * @returns how far behind it was at most (ms), and its statements
 */
export async function lag({ database }, { perSecond, seconds }) {
  const { statements, store } = watched(database);
  let [behind, next, purge] = [0, Date.now() + EVERY, Promise.resolve()];
  for (let second = 0; second < seconds; second++) {
    const began = Date.now();
    for (const text of arrivals) {
      const sql = text.replaceAll('$2', `${began}::bigint`).replaceAll('$3', '$2');
      await database.query(sql.replaceAll(`|| ${began}::bigint`, `|| '${began}'`), [
        ISSUER,
        perSecond,
      ]);
    }
    const [{ oldest }] = await database.query(OLDEST);
    if (oldest !== null) behind = Math.max(behind, Date.now() - Number(oldest));
    if (Date.now() >= next) {
      next += EVERY;
      purge = untilEmpty(store, Date.now());
    }
    await setTimeout(Math.max(0, 1000 - (Date.now() - began)));
  }
  await purge;
  return { behind, statements };
}
