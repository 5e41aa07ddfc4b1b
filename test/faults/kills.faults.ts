import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { AppProcess } from './app-process.js';
import { passing } from './http.js';
import { sentCode, wrongCode } from './ledger.js';
import { nextCode, type Person } from './people.js';
import { fastWrites, slowWrites, writing } from './slow-writes.js';
import { record } from './table.js';
import { ENROLL, newWay, type Step, stepsOf, type Way, walk } from './walk.js';
import { openWorld, type World } from './world.js';

const KILLS = 200;
const ROUNDS = 4;
const PEOPLE = 6;
/** Two serve, and two more are on their way: what limits the kills is what a start costs. */
const PROCESSES = 4;
/** On a machine that is busy with other things there are fewer kills. */
const AT_MOST_MS = 110_000;

let world: World;
let steps: Readonly<Record<string, Step>>;
beforeAll(async () => {
  world = await openWorld({ size: PEOPLE });
  steps = stepsOf(world);
});

/** Asks again while the answer is lost. */
async function persist(step: () => ReturnType<Step>) {
  for (;;) {
    const answer = await step();
    if (!passing(answer)) return answer;
    await sleep(50);
  }
}

/** Enrolls, then goes through everything that can be repeated; what was lost is begun anew. */
async function live(person: Person, isOver: () => boolean): Promise<number> {
  let requests = 0;
  const step = (name: string, way: Way) => {
    requests++;
    return persist(() => (steps[name] as Step)(person, way));
  };
  while (!isOver()) {
    await sleep(100);
    const way = newWay();
    if (person.possible.has('')) {
      for (const name of ENROLL) await step(name, way);
    } else if (person.wrong.recovery < 3) {
      await step('recover', way);
      requests++;
    } else {
      await step('login again', way);
      if (nextCode(person) === undefined) await sleep(200);
    }
  }
  return requests;
}

/** @returns those that serve, as soon as there are two of them */
async function serving(): Promise<AppProcess[]> {
  for (;;) {
    const ready = world.apps.filter((it) => it.port > 0);
    if (ready.length >= 2) return ready;
    await sleep(10);
  }
}

/** Kills one of those that serve, and starts another one, `times` times or until `end`. @returns how often */
async function killOneByOne(times: number, end: number): Promise<number> {
  for (let kills = 0; kills < times; kills++) {
    await sleep(Math.random() * 200);
    const ready = await serving();
    const victim = ready[Math.floor(Math.random() * ready.length)] as AppProcess;
    if (performance.now() > end) return kills;
    await world.kill(victim);
    const serve = () => world.serve();
    void world.start().ready.then(serve, serve); // one that does not start is noticed at the end
  }
  return times;
}

test('F-08 kill -9 at random moments', { timeout: 300_000 }, async (context) => {
  const problems: string[] = [];
  const from = performance.now();
  let requests = 0;
  let kills = 0;
  let unanswered = 0;
  const spares = Array.from({ length: PROCESSES - world.apps.length }, () => world.start());
  await Promise.all(spares.map(({ ready }) => ready));
  world.serve();
  for (let round = 1; round <= ROUNDS; round++) {
    await world.reset();
    let over = false;
    const people = Array.from({ length: PEOPLE - 1 }, () => world.people.take());
    const lives = people.map((person) => live(person, () => over));
    kills += await killOneByOne(KILLS / ROUNDS, from + AT_MOST_MS * (round / ROUNDS));
    over = true;
    for (const some of await Promise.all(lives)) requests += some;
    unanswered += world.client.answers.filter(({ answer }) => answer.status === 0).length;
    problems.push(...(await world.examine()));
  }
  await Promise.all(world.apps.map(({ ready }) => ready));
  const seen = `${requests} steps, ${unanswered} answers lost`;
  record(context, ['F-08', 'kill -9 of a process under load', kills], problems, seen);
  expect(problems).toEqual([]);
  expect(unanswered).toBeGreaterThan(0);
  expect(kills).toBeGreaterThanOrEqual(40);
});

test('F-08 kill -9 at chosen moments', async (context) => {
  await world.reset();
  const { sink, client, database } = world;
  const kill = () => world.replace({}, {});

  // Between associate and confirm: confirmed on another process.
  const ann = world.people.take();
  const way = await walk(world, ann, ['login', 'associate']);
  await kill();
  await walk(world, ann, ['confirm'], way);

  // After the count, before the answer: the guess stays counted.
  const bob = world.people.take();
  const bobs = await walk(world, bob, [...ENROLL, 'login again', 'challenge']);
  await slowWrites(database, ['mfa_account'], 0.4);
  const guess = client.prove(bob, bobs.token, wrongCode(sink, bob, bobs.oobCode));
  expect(await writing(database)).toBe(true);
  await Promise.all([guess, kill()]);
  await fastWrites(database, ['mfa_account']); // the database finishes what it was told
  await world.remember();
  await walk(world, bob, ['verify'], bobs);

  // The provider has it, the client has no answer: the next login works.
  const carol = world.people.take();
  const carols = await walk(world, carol, ['login']);
  sink.mode = 'slow-fail';
  const sending = client.associate(carol, carols.token, 'phone');
  await sleep(500);
  await Promise.all([sending, kill()]);
  sink.mode = 'accept';
  await walk(world, carol, ENROLL);

  // After the proof was used up, before the token: it is used up.
  const dave = world.people.take();
  const daves = await walk(world, dave, [...ENROLL, 'login again', 'challenge']);
  const proof = sentCode(sink, dave, daves.oobCode);
  await slowWrites(database, ['mfa_authenticator'], 0.4); // put together with the claim
  const lost = client.prove(dave, daves.token, proof);
  expect(await writing(database)).toBe(true);
  await Promise.all([lost, kill()]);
  await fastWrites(database, ['mfa_authenticator']);
  const replay = await client.prove(dave, daves.token, { ...proof, right: undefined });
  await walk(world, dave, ['recover']);

  const problems = await world.examine();
  const seen = `answers lost: ${[await guess, await sending, await lost].map((it) => it.status).join(', ')}; replay ${replay.status}`;
  record(context, ['F-08', 'kill -9 at 4 chosen moments', 4], problems, seen);
  expect((await lost).status).toBe(0);
  expect(replay.status).toBe(403);
  expect(problems).toEqual([]);
});
