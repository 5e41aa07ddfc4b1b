import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AppProcess } from './app-process.js';
import { type FakeClock, fakeClock } from './faketime.js';
import { type Answer, ask } from './http.js';
import { type Proof, sentCode, totp, wrongCode } from './ledger.js';
import { codeAt, nextCode, type Person, stepAt } from './people.js';
import { record } from './table.js';
import { APP, ENROLL, GET_IN, type Way, walk } from './walk.js';
import { openWorld, type World } from './world.js';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
let world: World;
let clocks: [FakeClock, FakeClock];
let apps: [AppProcess, AppProcess];

beforeAll(async () => {
  clocks = [fakeClock(), fakeClock()];
  world = await openWorld({ size: 16, apps: 0 });
});
beforeEach(async () => {
  for (const clock of clocks) clock.set(0);
  await restart();
  await world.reset();
});
afterAll(() => {
  for (const clock of clocks ?? []) clock.remove();
});

async function restart(): Promise<void> {
  await world.replace(clocks[0].env, clocks[1].env);
  apps = [world.apps[0] as AppProcess, world.apps[1] as AppProcess];
}

/** Time moves for both. */
async function move(seconds: number): Promise<void> {
  for (const clock of clocks) clock.set(seconds);
  await sleep(50);
}

const challenged = async () => {
  const person = world.people.take();
  const way = await walk(world, person, [...ENROLL, 'login again', 'challenge']);
  return { person, way, proof: sentCode(world.sink, person, way.oobCode) };
};
/** The same proof, which may not pass any more. */
const dead = (proof: Proof): Proof => ({ ...proof, right: undefined });
const on = (app: AppProcess) => world.serve([app]);
const retryAfter = ({ headers }: Answer) => Number(headers['retry-after']);

/** Five wrong guesses, which lock for a minute. */
async function lockOut({ person, way }: { person: Person; way: Way }): Promise<void> {
  const proof = wrongCode(world.sink, person, way.oobCode);
  for (let i = 0; i < 5; i++) await world.client.prove(person, way.token, proof);
}

describe('F-09', () => {
  test('+10 min, then back: an expired code stays dead', async (context) => {
    const { person, way, proof } = await challenged();
    await move(10 * MINUTE - 5); // the login lives, the code does not
    const expired = await world.client.prove(person, way.token, dead(proof));
    const answers: number[] = [expired.status];
    for (const back of [0, -10 * MINUTE, -DAY]) {
      await move(back);
      answers.push((await world.client.prove(person, way.token, dead(proof))).status);
      answers.push((await world.client.prove(person, way.token, dead(proof))).status);
    }
    await walk(world, person, GET_IN);
    const problems = await world.examine();
    const seen = `the code answers ${answers.join(', ')}`;
    record(context, ['F-09', 'clock +10 min, 0, -10 min, -1 day', 4], problems, seen);
    expect(answers).not.toContain(200);
    expect(problems).toEqual([]);
  });

  test.for([-10 * MINUTE, -DAY])('%i s: a lock is not shortened', async (jump, context) => {
    const locked = await challenged();
    await lockOut(locked);
    const { person, way, proof } = locked;
    const before = await world.client.prove(person, way.token, dead(proof));
    await move(jump);
    const after = [
      await world.client.prove(person, way.token, dead(proof)),
      await world.client.prove(person, way.token, dead(proof)),
    ];
    const { token } = await walk(world, person, ['login']);
    const again = await world.client.challenge(person, token);
    const problems = await world.examine();
    const waits = [before, ...after, again].map(retryAfter);
    const seen = `Retry-After ${waits.join(', ')} s`;
    record(context, ['F-09', `clock ${jump / MINUTE} min in a lock`, 1], problems, seen);
    expect([before, ...after, again].map(({ status }) => status)).toEqual([429, 429, 429, 429]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60);
    expect(Math.min(...waits)).toBeGreaterThan(30);
    expect(problems).toEqual([]);
  });

  test('+10 min, +1 day: a lock is not longer than it is', async (context) => {
    const locked = await challenged();
    await lockOut(locked);
    await move(10 * MINUTE);
    await walk(world, locked.person, GET_IN);
    await move(DAY);
    const far = world.people.take();
    await walk(world, far, [...ENROLL, ...GET_IN]);
    const problems = await world.examine();
    record(context, ['F-09', 'clock +10 min, +1 day', 2], problems);
    expect(problems).toEqual([]);
  });

  test('two processes 40 s apart: one step, one success; one code, one life', async (context) => {
    clocks[1].set(40);
    const person = world.people.take();
    on(apps[0]);
    await walk(world, person, [...ENROLL, ...GET_IN, ...APP]);
    const { secret = '' } = person;
    // Every code that either process might take, on both: each step passes once at most, in rising order.
    const passed: number[] = [];
    for (const offset of [0, 1, 2, 3, -2]) {
      for (const app of [apps[1], apps[0], apps[1]]) {
        on(app);
        const { token } = await walk(world, person, ['login']);
        const step = stepAt(Date.now()) + offset;
        const proof = totp({ ...person, step }, codeAt(secret, step));
        const { status } = await world.client.prove(person, token, proof);
        if (status === 200) passed.push(step);
        if (status === 429) break;
      }
    }
    on(apps[0]);
    const late = await challenged();
    clocks[1].set(302);
    on(apps[1]);
    const dies = await world.client.prove(late.person, late.way.token, dead(late.proof));
    clocks[1].set(0);
    const revived = await world.client.prove(late.person, late.way.token, dead(late.proof));
    const problems = await world.examine();
    const seen = `steps that passed: ${passed.length}, each once; dead code ${dies.status}, ${revived.status}`;
    record(context, ['F-09', 'two processes 40 s apart', 1], problems, seen);
    expect(new Set(passed).size).toBe(passed.length);
    expect(passed.toSorted((a, b) => a - b)).toEqual(passed);
    expect(passed.length).toBeGreaterThan(1);
    expect([dies.status, revived.status]).not.toContain(200);
    expect(problems).toEqual([]);
  });

  test('two processes 40 s apart: a lock of one holds on the other, and its Retry-After is sane', async (context) => {
    const locked = await challenged();
    const { person, way, proof } = locked;
    on(apps[0]);
    await lockOut(locked);
    clocks[1].set(40);
    await sleep(50);
    const ready = (await ask(apps[1].port, '/healthz')).status;
    const seen: number[] = [];
    for (const app of apps) {
      on(app);
      const answer = await world.client.prove(person, way.token, dead(proof));
      expect(answer.status).toBe(429);
      seen.push(retryAfter(answer));
    }
    const problems = await world.examine();
    const text = `Retry-After ${seen.join(' and ')} s; the one ahead says ${ready} at /healthz`;
    record(context, ['F-09', 'a lock, seen 40 s later', 1], problems, text);
    expect(seen.every((wait) => wait > 0 && wait <= 60)).toBe(true);
    expect(problems).toEqual([]);
    // The lock is not shortened, or the process whose clock is off takes no requests.
    expect(ready === 503 || Math.min(...seen) > 45).toBe(true);
  });

  test('TOTP: a step stays used when the clock goes back', async (context) => {
    const person = world.people.take();
    await walk(world, person, [...ENROLL, ...GET_IN, ...APP]);
    const { secret = '' } = person;
    await move(10 * MINUTE);
    const { token } = await walk(world, person, ['login']);
    const code = nextCode(person, Date.now() + 10 * MINUTE * 1000) ?? '';
    const first = await world.client.prove(person, token, totp(person, code));
    const used = person.step;
    const answers: number[] = [];
    for (const [seconds, step] of [
      [10 * MINUTE, used],
      [0, stepAt(Date.now())],
      [-10 * MINUTE, stepAt(Date.now())],
    ] as const) {
      await move(seconds);
      await restart(); // a new process trusts the clock
      const again = await walk(world, person, ['login']);
      const proof = dead(totp(person, codeAt(secret, step)));
      answers.push((await world.client.prove(person, again.token, proof)).status);
    }
    const problems = await world.examine();
    const seen = `${first.status}, then ${answers.join(', ')}`;
    record(context, ['F-09', 'TOTP, +10 min, 0, -10 min, new processes', 3], problems, seen);
    expect(first.status).toBe(200);
    expect(answers).not.toContain(200);
    expect(problems).toEqual([]);
  });
});
