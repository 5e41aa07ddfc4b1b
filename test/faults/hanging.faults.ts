import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { everyStep, takeAll } from './every-step.js';
import { ask } from './http.js';
import { limit } from './limit.js';
import { record } from './table.js';
import { ENROLL, GET_IN, walk } from './walk.js';
import { openWorld, type World } from './world.js';

const ANSWER_MS = 3_000;
let world: World;

beforeAll(async () => {
  world = await openWorld({ size: 16 });
});
beforeEach(() => world.reset());

describe('F-07 PostgreSQL that does not answer', () => {
  test.for([
    ['SIGSTOP', () => world.database.freeze(), () => world.database.thaw()],
    ['black hole', () => world.cable.pause(), () => world.cable.resume('lose')],
  ] as const)('%s', async ([how, hang, heal], context) => {
    const all = await everyStep(world);
    await world.remember();
    hang();
    const first = await takeAll(world, all);
    const health = await Promise.all(world.apps.map(({ port }) => ask(port, '/healthz')));
    const second = await takeAll(world, all);
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
