import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sentCode } from './ledger.js';
import { limit } from './limit.js';
import { type RedisPair, redisPair } from './redis-pair.js';
import { type RoundRobin, roundRobin } from './round-robin.js';
import { record } from './table.js';
import { APP, ENROLL, GET_IN, type Step, stepsOf, walk, went } from './walk.js';
import { openWorld, type World } from './world.js';
import { wrongTotp } from './wrong-totp.js';

let world: World;
let pair: RedisPair;
let cable: RoundRobin;

beforeAll(async () => {
  pair = await redisPair();
  cable = await roundRobin([pair.port]);
  world = await openWorld({ size: 12, env: { REDIS_URL: `redis://127.0.0.1:${cable.port}` } });
});
beforeEach(() => world.reset());
afterAll(async () => {
  await pair?.close();
  await cable?.close();
});

/** The app goes on with the replica, which has nothing of what was written meanwhile. */
async function failover(meanwhile: () => Promise<unknown>): Promise<void> {
  await pair.failover(meanwhile);
  cable.targets = [pair.port];
  await sleep(1_100); // the processes notice that the old one is gone; `/healthz` may answer from a second ago
  await world.healthy(limit(5_000));
}

describe('F-06 failover to a replica that lacks the last writes', () => {
  test('no bound is raised: five guesses are judged, whatever is lost (R-021)', async (context) => {
    const person = world.people.take();
    await walk(world, person, [...ENROLL, ...GET_IN, ...APP]);
    const proof = wrongTotp(person);
    for (let i = 0; i < 7; i++) {
      await failover(async () => {
        const { token } = await walk(world, person, ['login']);
        await world.client.prove(person, token, proof);
      });
    }
    const judged = person.wrong.factor;
    const problems = await world.examine();
    const seen = `${judged} judged`;
    record(context, ['F-06', 'replica promoted after every guess', 7], problems, seen);
    expect(judged).toBe(5);
    expect(problems).toEqual([]);
  });

  test('a login whose writes are lost begins anew, and what was used up stays so', async (context) => {
    const names = [...ENROLL, ...GET_IN];
    const steps = stepsOf(world);
    // Everyone takes a step that the replica never hears of.
    const all = await Promise.all(
      names.map(async (name, i) => {
        const person = world.people.take();
        return { name, i, person, way: await walk(world, person, names.slice(0, i)) };
      }),
    );
    const used = world.people.take();
    const usedWay = await walk(world, used, [...ENROLL, 'login again', 'challenge']);
    const proof = sentCode(world.sink, used, usedWay.oobCode);
    await world.remember();
    await failover(async () => {
      await Promise.all(all.map(({ name, person, way }) => walk(world, person, [name], way)));
      await walk(world, used, ['verify'], usedWay);
    });
    const replay = await world.client.prove(used, usedWay.token, { ...proof, right: undefined });
    const statuses: number[] = [];
    for (const { i, person, way } of all) {
      const next = names[i + 1];
      const answer = next && (await (steps[next] as Step)(person, way));
      if (answer) statuses.push(answer.status);
      if (answer && !went(answer)) expect([401, 403]).toContain(answer.status);
      await walk(world, person, person.possible.has('') ? ENROLL : GET_IN);
    }
    const problems = await world.examine();
    const seen = `next steps answer ${statuses.join(', ')}; replay ${replay.status}`;
    record(context, ['F-06', 'failover that loses a write of each step', 7], problems, seen);
    expect([401, 403]).toContain(replay.status);
    expect(statuses).toContain(401); // some writes were lost indeed
    expect(problems).toEqual([]);
  });
});
