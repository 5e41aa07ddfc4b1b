// codes and refresh tokens, many at once, on PostgreSQL: two processes, each with a pool of its own.
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { migratePostgres, postgresStores } from '../../lib/adapters/postgres.js';
import { copies, enrollOtp } from '../support/attack.js';
import { browserApp, loggedIn, type Visitor } from '../support/browser.js';
import { OFFLINE } from '../support/offline.js';

const connectionString = inject('pgUrl');
const schema = `mfa_code_${process.pid}_${Date.now()}`;
const admin = new Pool({ connectionString, max: 1 });
const pools = [0, 1].map(
  () => new Pool({ connectionString, max: 10, options: `-c search_path=${schema}` }),
);

let doors: Visitor[];
beforeAll(async () => {
  await admin.query(`create schema ${schema}`);
  await migratePostgres(pools[0] as Pool);
  const [t, other] = await Promise.all(
    pools.map((pool) => browserApp({ sharedStores: postgresStores(pool) })),
  );
  if (!t || !other) throw new Error('two processes are needed');
  const { secret } = await enrollOtp(t);
  doors = [await loggedIn(t, secret), other.visitor()];
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await admin.query(`drop schema ${schema} cascade`);
  await admin.end();
});

const at = (i: number) => doors[i % doors.length] as Visitor;

test.each([1, 2, 3])(
  'R-006, R-095, R-097: of 50 copies of a code one succeeds, and so of the refresh token that a code gives (%i)',
  { timeout: 60_000 },
  async () => {
    const code = await at(0).code({ scope: OFFLINE });
    const exchanged = await copies(50, (i) => at(i).exchange(code));
    expect(exchanged.filter(({ status }) => status === 200)).toHaveLength(1);
    const { body } = await at(1).exchange(await at(0).code({ scope: OFFLINE }));
    const refreshed = await copies(50, (i) => at(i).refresh(body.refresh_token));
    const passed = refreshed.filter(({ status }) => status === 200);
    expect(passed).toHaveLength(1);
    await at(1).refresh(passed[0]?.body.refresh_token).expect(403);
  },
);
