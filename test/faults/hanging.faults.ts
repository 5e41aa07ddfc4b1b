import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask } from './http.js';
import { limit } from './limit.js';
import type { Person } from './people.js';
import { record } from './table.js';
import { ENROLL, GET_IN, newWay, type Step, stepsOf, type Way, walk } from './walk.js';
import { openWorld, type World } from './world.js';

const ANSWER_MS = 3_000;
let world: World;
let steps: Readonly<Record<string, Step>>;

beforeAll(async () => {
  world = await openWorld({ size: 16 });
  steps = stepsOf(world);
});
beforeEach(() => world.reset());

/** Everyone before another step. */
async function everyStep(): Promise<[name: string, person: Person, way: Way][]> {
  const names = Object.keys(steps);
  const ready = names.map(async (name, i): Promise<[string, Person, Way]> => {
    const person = world.people.take();
    return [name, person, await walk(world, person, names.slice(0, i), newWay())];
  });
  await Promise.allSettled(ready); // none goes on after the test
  return Promise.all(ready);
}

async function takeAll(all: Awaited<ReturnType<typeof everyStep>>) {
  const { answers } = world.client;
  answers.length = 0;
  await Promise.all(all.map(([name, person, way]) => (steps[name] as Step)(person, way)));
  const ms = Math.round(Math.max(...answers.map(({ answer }) => answer.ms)));
  return { statuses: [...new Set(answers.map(({ answer }) => answer.status))], ms };
}

describe('F-07 PostgreSQL that does not answer', () => {
  test.for([
    ['SIGSTOP', () => world.database.freeze(), () => world.database.thaw()],
    ['black hole', () => world.cable.pause(), () => world.cable.resume('lose')],
  ] as const)('%s', async ([how, hang, heal], context) => {
    const all = await everyStep();
    await world.remember();
    hang();
    const first = await takeAll(all);
    const health = await Promise.all(world.apps.map(({ port }) => ask(port, '/healthz')));
    const second = await takeAll(all);
    heal();
    const back = await world.healthy(limit(5_000));
    const problems = await world.examine();
    const seen = `slowest ${first.ms} ms, then ${second.ms} ms; ready after ${Math.round(back)} ms`;
    record(context, ['F-07', `${how}, every step twice`, 2 * all.length], problems, seen);
    expect(first.statuses).toEqual([503]);
    expect(second.statuses).toEqual([503]);
    expect(Math.max(first.ms, second.ms)).toBeLessThan(limit(ANSWER_MS));
    expect(health.map(({ status }) => status)).toEqual([503, 503]);
    expect(health[0]?.body.reason).toMatch(/\w/);
    expect(problems).toEqual([]);
    await walk(world, world.people.take(), [...ENROLL, ...GET_IN]);
  });

  test('SIGSTOP while a message is on its way', async (context) => {
    const person = world.people.take();
    const way = await walk(world, person, ['login']);
    await world.remember();
    world.sink.mode = 'slow-fail';
    const request = world.client.associate(person, way.token, 'phone');
    await sleep(500);
    world.database.freeze();
    const answer = await request;
    world.database.thaw();
    world.sink.mode = 'accept';
    await world.healthy(limit(5_000));
    const problems = await world.examine();
    const seen = `${answer.status} after ${Math.round(answer.ms)} ms`;
    record(context, ['F-07', 'SIGSTOP while a message is on its way', 1], problems, seen);
    expect(answer.status).toBe(503);
    expect(answer.ms).toBeLessThan(limit(1_000 + ANSWER_MS)); // the provider took the first second
    expect(problems).toEqual([]);
    await walk(world, person, [...ENROLL, ...GET_IN]);
  });
});

describe('F-18 a read-only database', () => {
  const readOnly = async (on: boolean) => {
    await world.database.sql(`alter system set default_transaction_read_only = ${on}`);
    await world.database.sql('select pg_reload_conf()');
    await sleep(200);
  };

  test('answers 503 to every write, and recovers without a restart', async (context) => {
    const all = await everyStep();
    await world.remember();
    await readOnly(true);
    const { statuses } = await takeAll(all);
    const health = await Promise.all(world.apps.map(({ port }) => ask(port, '/healthz')));
    await readOnly(false);
    const back = await world.healthy(limit(1_000));
    const problems = await world.examine();
    const seen = `answers ${statuses.join(', ')}; ready after ${Math.round(back)} ms`;
    record(context, ['F-18', 'read-only, every step', all.length], problems, seen);
    expect(statuses.filter((it) => ![503, 200].includes(it))).toEqual([]); // a list only reads
    expect(health.map(({ status }) => status)).toEqual([503, 503]);
    expect(health[0]?.body.reason).toContain('read-only');
    expect(problems).toEqual([]);
    for (const [name, person, way] of all) {
      if (name !== 'login') await walk(world, person, [name], way);
    }
  });
});
