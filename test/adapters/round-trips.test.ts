// What a step of the flow asks of its stores: docs/stores.md states these numbers.
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { combineStores } from '../../lib/adapters/combine.js';
import { migratePostgres, type PgPool, postgresStores } from '../../lib/adapters/postgres.js';
import { redisStores, type SendCommand } from '../../lib/adapters/redis.js';
import { client, enrollPhone, SMS, type TestApp, testApp } from '../support/app.js';
import { redisClients } from '../support/redis-clients.js';

const redisUrl = inject('redisUrl');
const connectionString = inject('pgUrl');
const admin = new Pool({ connectionString, max: 1 });
const closes: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closes.reverse()) await close();
  await admin.end();
});

/** Statements and commands, and how often one had to wait for those before it. */
function counting() {
  const seen = { database: 0, redis: 0, waits: 0 };
  let underWay = 0;
  const asked = <T>(of: 'database' | 'redis', answer: () => Promise<T>): Promise<T> => {
    seen[of]++;
    if (underWay++ === 0) seen.waits++;
    return answer().finally(() => underWay--);
  };
  const during = async (work: PromiseLike<unknown>) => {
    Object.assign(seen, { database: 0, redis: 0, waits: 0 });
    await work;
    return { ...seen };
  };
  return { asked, during };
}

type Counting = ReturnType<typeof counting>;

async function database({ asked }: Counting): Promise<PgPool> {
  const schema = `mfa_trips_${process.pid}_${Date.now()}_${closes.length}`;
  await admin.query(`create schema ${schema}`);
  const pool = new Pool({ connectionString, max: 4, options: `-c search_path=${schema}` });
  closes.push(async () => {
    await pool.end();
    await admin.query(`drop schema ${schema} cascade`);
  });
  await migratePostgres(pool);
  return {
    query: (query) => asked('database', () => pool.query(query)),
    connect: () => pool.connect(),
  };
}

/** Each step of an enrollment and of the next login, when this process has served others before. */
async function steps(app: TestApp, { during }: Counting) {
  const bob = { username: 'bob@example.com', password: 'battery staple' };
  await enrollPhone(app, { phone: '+15555550199', login: bob });
  await app.mfa.settled();
  const { login, associate, challenge, oob } = client(app.app);
  let answer: Record<string, string> = {};
  const step = (request: PromiseLike<{ status: number; body: Record<string, string> }>) =>
    during(
      request.then(({ status, body }) => {
        if (status !== 200 && status !== 403) throw new Error(`${status} ${JSON.stringify(body)}`);
        answer = body;
      }),
    );
  const token = () => answer['mfa_token'] ?? '';
  const counts: Record<string, Awaited<ReturnType<typeof during>>> = {};
  counts['password, to enroll'] = await step(login());
  let mfaToken = token();
  counts['associate'] = await step(associate(mfaToken, SMS));
  counts['verify an enrollment'] = await step(oob(mfaToken, answer['oob_code'] ?? '', app.code()));
  counts['password'] = await step(login());
  mfaToken = token();
  counts['challenge'] = await step(challenge({ mfa_token: mfaToken, challenge_type: 'oob' }));
  counts['verify'] = await step(oob(mfaToken, answer['oob_code'] ?? '', app.code()));
  return counts;
}

const allowed: Readonly<Record<string, number>> = {
  'password, to enroll': 2,
  associate: 3,
  'verify an enrollment': 3,
  password: 2,
  challenge: 3,
  verify: 3,
};

describe('round trips', () => {
  test('on PostgreSQL: password 2, associate 3, challenge 3, verification 3, the log included', async () => {
    const count = counting();
    const sharedStores = postgresStores(await database(count));
    const counts = await steps(await testApp({ sharedStores }), count);
    const asked = Object.fromEntries(
      Object.entries(counts).map(([name, { database }]) => [name, database]),
    );
    expect(asked).toEqual(allowed);
  });
});

describe.skipIf(!redisUrl)('round trips with Redis', () => {
  const count = counting();
  let counts: Awaited<ReturnType<typeof steps>>;
  beforeAll(async () => {
    const [, connect] = redisClients[0] ?? [];
    if (!connect) throw new Error('no client');
    const { sendCommand, close } = await connect(redisUrl);
    closes.push(close);
    const counted: SendCommand = (args, key) =>
      count.asked('redis', async () => sendCommand(args, key));
    const durable = postgresStores(await database(count));
    const sharedStores = combineStores({
      durable,
      shortLived: redisStores({ sendCommand: counted }),
    });
    counts = await steps(await testApp({ sharedStores }), count);
  });

  test.each(Object.entries(allowed))('%s asks the database %i times at most', (name, most) => {
    expect(counts[name]?.database).toBeLessThanOrEqual(most);
    expect(counts[name]?.database).toBeGreaterThan(0);
  });

  test('a new login waits twice, as without Redis: its event and its state are written at once', () => {
    expect(counts['password']?.waits).toBe(2);
    expect(counts['password, to enroll']?.waits).toBe(2);
  });

  test('the other steps wait for Redis before and after: once each, and twice where a login ends', () => {
    const waits = Object.fromEntries(Object.entries(counts).map(([name, it]) => [name, it.waits]));
    expect(waits).toMatchObject({ associate: 5, challenge: 5 });
    expect(waits['verify']).toBeLessThanOrEqual(6);
    expect(waits['verify an enrollment']).toBeLessThanOrEqual(6);
  });
});
