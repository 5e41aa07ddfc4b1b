import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { passing } from './http.js';
import { limit } from './limit.js';
import type { Person } from './people.js';
import { fastWrites, slowWrites, writing } from './slow-writes.js';
import { record } from './table.js';
import { newWay, type Step, stepsOf, went } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
let steps: Readonly<Record<string, Step>>;

beforeAll(async () => {
  world = await openWorld({ size: 24 });
  steps = stepsOf(world);
});
beforeEach(() => world.reset());

const WRITTEN = ['mfa_account', 'mfa_transaction'];

/** Asks until there is an answer; a service that is back answers within `LATEST_MS`. */
const LATEST_MS = 5_000;
async function persist(step: () => ReturnType<Step>) {
  const from = performance.now();
  for (;;) {
    const answer = await step();
    if (!passing(answer)) return answer;
    expect(performance.now() - from).toBeLessThan(limit(LATEST_MS));
    await sleep(100);
  }
}

/** Whoever was interrupted begins again, and gets in. */
async function getIn(person: Person): Promise<void> {
  const way = newWay();
  const names = person.possible.has('')
    ? ['login', 'associate', 'confirm']
    : ['login', 'challenge', 'verify'];
  for (const name of names) {
    const answer = await persist(() => (steps[name] as Step)(person, way));
    expect([name, answer.text, went(answer)]).toEqual([name, answer.text, true]);
  }
}

describe.each(['fast', 'immediate'] as const)('F-05 pg_ctl restart -m %s', (mode) => {
  test('between all steps', async (context) => {
    let slowest = 0;
    const names = Object.keys(steps);
    const person = world.people.take();
    const way = newWay();
    for (const name of names) {
      await world.remember();
      await world.database.restart(mode);
      const from = performance.now();
      const answer = await persist(() => (steps[name] as Step)(person, way));
      slowest = Math.max(slowest, performance.now() - from);
      expect([name, answer.text, went(answer)]).toEqual([name, answer.text, true]);
    }
    const problems = await world.examine();
    const seen = `served again ${Math.round(slowest)} ms after the server at the latest`;
    record(context, ['F-05', `restart -m ${mode} between steps`, names.length], problems, seen);
    expect(problems).toEqual([]);
  });

  test('during all steps', async (context) => {
    const names = Object.keys(steps);
    const problems: string[] = [];
    const answers: number[] = [];
    for (const name of names) {
      const person = world.people.take();
      const way = newWay();
      for (const before of names.slice(0, names.indexOf(name))) {
        await (steps[before] as Step)(person, way);
      }
      await world.remember();
      await slowWrites(world.database, WRITTEN, 0.5);
      const request = (steps[name] as Step)(person, way);
      await writing(world.database);
      await world.database.restart(mode);
      answers.push((await request).status);
      await fastWrites(world.database, WRITTEN);
      await world.healthy(limit(LATEST_MS));
      problems.push(...(await world.examine()));
      await getIn(person);
      problems.push(...(await world.examine()));
    }
    const seen = `answers ${tally(answers)}`;
    record(context, ['F-05', `restart -m ${mode} during writes`, names.length], problems, seen);
    expect(problems).toEqual([]);
    expect(answers.filter((it) => it !== 503 && it !== 200 && it !== 204)).toEqual([]);
  });
});

const tally = (list: readonly number[]) => {
  const times = new Map<number, number>();
  for (const it of list) times.set(it, (times.get(it) ?? 0) + 1);
  return [...times].map(([it, count]) => `${count} x ${it}`).join(', ');
};
