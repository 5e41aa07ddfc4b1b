import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';
import { ask } from './http.js';
import { sentCode } from './ledger.js';
import { limit } from './limit.js';
import type { Person } from './people.js';
import { command } from './redis-pair.js';
import { type RoundRobin, roundRobin } from './round-robin.js';
import { record } from './table.js';
import { APP, ENROLL, GET_IN, type Step, stepsOf, walk, went } from './walk.js';
import { openWorld, type World } from './world.js';
import { wrongTotp } from './wrong-totp.js';

let world: World;
let port: number;
let cable: RoundRobin;
let server: Awaited<ReturnType<typeof startRedis>>;

beforeAll(async () => {
  port = await freePort();
  server = await startRedis(port);
  if (!server) throw new Error('no redis-server, and none could be fetched');
  cable = await roundRobin([port]);
  world = await openWorld({ size: 20, env: { REDIS_URL: `redis://127.0.0.1:${cable.port}` } });
});
beforeEach(() => world.reset());
afterAll(async () => {
  await server?.stop();
  await cable?.close();
});

const flush = () => command(port, 'FLUSHALL');
async function killAndRestart(): Promise<void> {
  await server?.stop(); // kill -9, nothing was on its disk
  await world.sick(); // a health check that said yes counts for a second
  server = await startRedis(port);
  await world.healthy(limit(5_000));
}
/** Some of the keys are gone, as by eviction. */
async function loseHalf(): Promise<void> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  const keys = await client.keys('*');
  const lost = keys.filter((_, i) => i % 2 === 0);
  if (lost.length > 0) await client.del(lost);
  client.destroy();
}

/** Guesses wrongly at the app's code, with the fault after every guess, each time from a new login. */
async function guessOn(person: Person, fault: () => Promise<unknown>): Promise<void> {
  const proof = wrongTotp(person);
  for (let i = 0; i < 8; i++) {
    const { token } = await walk(world, person, ['login']);
    await world.client.prove(person, token, proof);
    await fault();
  }
}

describe('F-06 Redis', () => {
  test.for([
    ['FLUSHALL', flush],
    ['kill -9, restart empty', killAndRestart],
  ] as const)('%s: no bound is raised', async ([what, fault], context) => {
    const person = world.people.take();
    await walk(world, person, [...ENROLL, ...GET_IN, ...APP]);
    await guessOn(person, fault);
    const judged = person.wrong.factor;
    const problems = await world.examine();
    record(context, ['F-06', `${what} after every guess`, 8], problems, `${judged} judged`);
    expect(judged).toBe(5);
    expect(problems).toEqual([]);
  });

  test('what is lost in the middle of a login only begins anew', async (context) => {
    const names = [...ENROLL, ...GET_IN];
    const statuses = new Set<number>();
    const problems: string[] = [];
    for (const [i, name] of names.entries()) {
      for (const fault of [flush, killAndRestart, loseHalf]) {
        const person = world.people.take();
        const way = await walk(world, person, names.slice(0, i));
        await fault();
        const answer = await (stepsOf(world)[name] as Step)(person, way);
        statuses.add(answer.status);
        await walk(world, person, person.possible.has('') ? ENROLL : GET_IN);
        if (went(answer)) continue;
        expect([401, 403]).toContain(answer.status);
      }
      problems.push(...(await world.examine()));
      await world.reset();
    }
    const seen = `answers ${[...statuses].join(', ')}`;
    record(context, ['F-06', 'flush, kill -9, half lost, before each step', 18], problems, seen);
    expect(problems).toEqual([]);
  });

  test('a used code stays used when Redis brings it back', async (context) => {
    const person = world.people.take();
    const way = await walk(world, person, [...ENROLL, 'login again', 'challenge']);
    const proof = sentCode(world.sink, person, way.oobCode);
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    await client.connect();
    const keys = await client.keys('*');
    for (const key of keys) await client.copy(key, `kept:${key}`);
    await walk(world, person, ['verify'], way);
    for (const key of keys) await client.copy(`kept:${key}`, key, { REPLACE: true });
    client.destroy();
    const again = await world.client.prove(person, way.token, { ...proof, right: undefined });
    const problems = await world.examine();
    record(context, ['F-06', 'a state from before the success', 1], problems, `${again.status}`);
    expect(again.status).toBe(403);
    expect(problems).toEqual([]);
  });

  const tell = (signal: NodeJS.Signals): boolean => process.kill(server?.pid as number, signal);
  test.for([
    ['black hole', () => cable.pause(), () => cable.resume('lose')],
    ['SIGSTOP', () => tell('SIGSTOP'), () => tell('SIGCONT')],
  ] as const)(
    'F-07 Redis that does not answer, %s: 503 in time',
    async ([how, hang, heal], context) => {
      const names = [...ENROLL, ...GET_IN];
      const all = await Promise.all(
        names.map(async (name, i) => {
          const person = world.people.take();
          return { name, person, way: await walk(world, person, names.slice(0, i)) };
        }),
      );
      hang();
      const { answers } = world.client;
      answers.length = 0;
      const steps = stepsOf(world);
      await Promise.all(all.map(({ name, person, way }) => (steps[name] as Step)(person, way)));
      const health = await Promise.all(world.apps.map((app) => ask(app.port, '/healthz')));
      heal();
      const back = await world.healthy(limit(5_000));
      await sleep(100);
      const slowest = Math.round(Math.max(...answers.map(({ answer }) => answer.ms)));
      const statuses = [...new Set(answers.map(({ answer }) => answer.status))];
      const problems = await world.examine();
      const seen = `slowest ${slowest} ms; ready after ${Math.round(back)} ms`;
      record(context, ['F-07', `Redis ${how}`, names.length], problems, seen);
      expect(statuses).toEqual([503]);
      expect(slowest).toBeLessThan(limit(3_000));
      expect(health.map(({ status }) => status)).toEqual([503, 503]);
      expect(problems).toEqual([]);
    },
  );
});
