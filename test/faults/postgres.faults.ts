import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, passing } from './http.js';
import type { Person } from './people.js';
import { record } from './table.js';
import { newWay, type Step, stepsOf } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
let steps: Readonly<Record<string, Step>>;

beforeAll(async () => {
  world = await openWorld({ size: 24 });
  steps = stepsOf(world);
});
beforeEach(() => world.reset());

/** Asks until there is an answer; a service that is back answers within `LATEST_MS`. */
const LATEST_MS = 5_000;
async function persist(step: () => ReturnType<Step>) {
  const from = performance.now();
  for (;;) {
    const answer = await step();
    if (!passing(answer)) return answer;
    expect(performance.now() - from).toBeLessThan(LATEST_MS);
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

const went = ({ status, body }: Answer): boolean =>
  [200, 204].includes(status) || body?.error === 'mfa_required';

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
      await slowWrites(true);
      const request = (steps[name] as Step)(person, way);
      await sleep(250 + Math.random() * 100); // within the first write
      await world.database.restart(mode);
      answers.push((await request).status);
      await slowWrites(false);
      await world.healthy(LATEST_MS);
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

/** Every write takes half a second, so that a restart comes in the middle of it. */
async function slowWrites(on: boolean): Promise<void> {
  const { sql } = world.database;
  for (const table of ['mfa_account', 'mfa_transaction']) {
    if (!on) await sql(`drop trigger slow on ${table}`);
    else {
      await sql(`create or replace function slow() returns trigger language plpgsql as
        'begin perform pg_sleep(0.5); return coalesce(new, old); end'`);
      await sql(`create trigger slow before insert or update on ${table}
        for each row execute function slow()`);
    }
  }
}

const tally = (list: readonly number[]) => {
  const times = new Map<number, number>();
  for (const it of list) times.set(it, (times.get(it) ?? 0) + 1);
  return [...times].map(([it, count]) => `${count} x ${it}`).join(', ');
};
