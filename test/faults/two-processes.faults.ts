// What a team does that outgrows one machine: the app twice, as `npm start` runs it, on one PostgreSQL and one Redis.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';
import { BUILT_SERVER } from './build.js';
import type { Answer } from './http.js';
import { type Proof, recovery, sentCode, totp, wrongCode } from './ledger.js';
import { nextCode, type Person } from './people.js';
import { command } from './redis-pair.js';
import { record } from './table.js';
import { APP, ENROLL, GET_IN, newWay, type Step, stepsOf, type Way, walk } from './walk.js';
import { openWorld, type World } from './world.js';
import { wrongTotp } from './wrong-totp.js';

const COPIES = 50;
const WRONG = 200;

let world: World;
let port: number;
let redis: Awaited<ReturnType<typeof startRedis>>;

beforeAll(async () => {
  port = await freePort();
  redis = await startRedis(port);
  if (!redis) throw new Error('no redis-server, and none could be fetched');
  const env = { REDIS_URL: redis.url };
  world = await openWorld({ size: 12, env, server: BUILT_SERVER });
  expect(world.apps).toHaveLength(2);
  for (const app of world.apps) {
    expect(app.log.find((it) => it['event'] === 'server.listening')).toMatchObject({
      database: 'PostgreSQL and Redis',
    });
  }
});
beforeEach(async () => {
  world.serve();
  await world.reset();
});
afterAll(() => redis?.stop());

const step = (name: string, person: Person, way: Way) =>
  (stepsOf(world)[name] as Step)(person, way);

test('associate on one, confirm on the other, and so with every later step', async (context) => {
  const seen: string[] = [];
  for (const first of [0, 1]) {
    const person = world.people.take();
    const way = newWay();
    for (const [i, name] of [...ENROLL, ...GET_IN, ...APP, 'list', 'remove', 'recover'].entries()) {
      const at = (first + i) % 2;
      world.serve(world.apps.slice(at, at + 1));
      if (name === 'confirm') expect(String(await command(port, 'DBSIZE'))).not.toBe('0');
      const { status } = await step(name, person, way);
      seen.push(`${name} ${status}`);
    }
  }
  const problems = await world.examine();
  record(context, ['2P', 'every step on the other process', seen.length], problems, 'all worked');
  expect(seen.filter((it) => !/ (200|204)$/.test(it))).toEqual([
    'login 403',
    'login again 403',
    'login 403',
    'login again 403',
  ]);
  expect(problems).toEqual([]);
});

interface Waiting {
  readonly person: Person;
  readonly way: Way;
  /** The right one. */
  readonly proof: Proof;
  readonly enrolls?: string;
}

/** Logins that wait for a proof. */
const waiting = {
  async 'the code that confirms a phone'() {
    const person = world.people.take();
    const way = await walk(world, person, ['login', 'associate']);
    return { person, way, proof: sentCode(world.sink, person, way.oobCode), enrolls: 'phone' };
  },
  async 'a code by text message'() {
    const person = world.people.take();
    const way = await walk(world, person, [...ENROLL, 'login again', 'challenge']);
    return { person, way, proof: sentCode(world.sink, person, way.oobCode) };
  },
  async 'a code of an authenticator app'() {
    const person = world.people.take();
    const way = await walk(world, person, [...ENROLL, ...GET_IN, ...APP]);
    await walk(world, person, ['login'], way);
    return { person, way, proof: totp(person, nextCode(person) ?? '') };
  },
  async 'a recovery code'() {
    const person = world.people.take();
    const way = await walk(world, person, [...ENROLL, 'login again']);
    return { person, way, proof: recovery(person) };
  },
} satisfies Record<string, () => Promise<Waiting>>;
const names = Object.keys(waiting) as (keyof typeof waiting)[];

function tally(answers: readonly Answer[]): string {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} x ${status}`).join(', ');
}

test.for(names)(
  'R-006 50 copies of the right proof, spread over both: exactly one success (%s)',
  async (name, context) => {
    const { person, way, proof, enrolls }: Waiting = await waiting[name]();
    const answers = await Promise.all(
      Array.from({ length: COPIES }, () => world.client.prove(person, way.token, proof, enrolls)),
    );
    const problems = await world.examine();
    record(context, ['2P', `50 copies: ${name}`, COPIES], problems, tally(answers));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => ![200, 401, 403, 429].includes(status))).toEqual([]);
    expect(problems).toEqual([]);
  },
);

test.for(['a code by text message', 'a code of an authenticator app'] as const)(
  'R-020 200 wrong codes, spread over both: at most 5 are compared (%s)',
  async (name, context) => {
    const { person, way, proof } = await waiting[name]();
    const wrong = () =>
      proof.kind === 'otp' ? wrongTotp(person) : wrongCode(world.sink, person, way.oobCode);
    const answers = await Promise.all(
      Array.from({ length: WRONG }, () => world.client.prove(person, way.token, wrong())),
    );
    const after = await world.client.prove(person, way.token, { ...proof, right: undefined });
    const compared = answers.filter(({ status }) => status === 403);
    const problems = await world.examine();
    const seen = `${tally(answers)}; the right one afterwards ${after.status}`;
    record(context, ['2P', `200 wrong: ${name}`, WRONG], problems, seen);
    expect(compared.length).toBeLessThanOrEqual(5);
    expect(person.wrong.factor).toBe(compared.length);
    expect(compared.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => ![401, 403, 429].includes(status))).toEqual([]);
    expect(after.status).toBe(429);
    expect(problems).toEqual([]);
  },
);
