import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { wrongCode } from './ledger.js';
import { limit } from './limit.js';
import { record } from './table.js';
import { ENROLL, GET_IN, newWay, type Step, stepsOf, walk, went } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
let steps: Readonly<Record<string, Step>>;
beforeAll(async () => {
  world = await openWorld({ size: 16 });
  steps = stepsOf(world);
});
beforeEach(() => world.reset());

describe('F-15 500 requests at once on a pool of 10', () => {
  test('wait at most a second, then 503', async (context) => {
    const person = world.people.take();
    const { token } = await walk(world, person, [...ENROLL, 'login']);
    const { answers } = world.client;
    answers.length = 0;
    const lock = new pg.Client(world.database.url);
    await lock.connect();
    await lock.query('begin; lock table mfa_transaction in access exclusive mode');
    const all = Array.from({ length: 500 }, () => world.client.list(token));
    await Promise.all(all);
    await lock.query('rollback');
    await lock.end();
    const refused = answers.filter(({ answer }) => answer.status === 503).map((it) => it.answer.ms);
    const held = refused.filter((ms) => ms > limit(1_700)).length; // those that had a connection
    const back = await world.client.list(token);
    const problems = await world.examine();
    const seen = `${refused.length} x 503, slowest ${Math.round(Math.max(...refused))} ms, ${held} of them had a connection`;
    record(context, ['F-15', 'pool of 10 is held', all.length], problems, seen);
    expect(refused).toHaveLength(500);
    expect(held).toBeLessThanOrEqual(20);
    expect(back.status).toBe(200);
    expect(problems).toEqual([]);
  });

  test('with a pool that works, all are served', async (context) => {
    const people = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const person = world.people.take();
        return { person, way: await walk(world, person, [...ENROLL, 'login again', 'challenge']) };
      }),
    );
    const wrong = Array.from({ length: 500 }, (_, i) => {
      const { person, way } = people[i % 5] as (typeof people)[number];
      const proof = wrongCode(world.sink, person, way.oobCode);
      return world.client.prove(person, way.token, proof);
    });
    const answers = await Promise.all(wrong);
    const evaluated = people.map(({ person }) => person.wrong.factor);
    const unserved = answers.filter(({ status }) => ![403, 429, 503, 401].includes(status)).length;
    const problems = await world.examine();
    const seen = `guesses judged per user: ${evaluated.join(', ')}`;
    record(context, ['F-15', '500 wrong guesses at once', 500], problems, seen);
    expect(unserved).toBe(0);
    expect(Math.max(...evaluated)).toBeLessThanOrEqual(5);
    expect(problems).toEqual([]);
  });
});

const CODES = {
  '40001': 'serialization failure',
  '40P01': 'deadlock',
  '23505': 'unique violation',
} as const;

describe('F-16', () => {
  /** The next `times` writes to the table fail. */
  async function failing(table: string, code: string, times: number): Promise<void> {
    await world.database.sql(`create sequence if not exists faults_left;
      alter sequence faults_left restart;
      create or replace function fail() returns trigger language plpgsql as $$ begin
        if nextval('faults_left') <= ${times} then
          raise exception 'secret text of mfa_account' using errcode = '${code}';
        end if;
        return coalesce(new, old); end $$;
      create or replace trigger fail before insert or update or delete on ${table}
        for each row execute function fail()`);
  }
  const stop = (table: string) => world.database.sql(`drop trigger fail on ${table}`);

  test.for(Object.entries(CODES))('%s %s', async ([code, what], context) => {
    const answers: number[] = [];
    const retried: boolean[] = [];
    let injected = 0;
    const problems: string[] = [];
    for (const table of ['mfa_account', 'mfa_transaction', 'mfa_delivery', 'mfa_window']) {
      await world.reset();
      for (const times of [2, 1_000]) {
        const person = world.people.take();
        const way = newWay();
        for (const name of [...ENROLL, ...GET_IN]) {
          await failing(table, code, times);
          const answer = await (steps[name] as Step)(person, way);
          injected++;
          await stop(table);
          if (times === 2) retried.push(went(answer));
          else answers.push(answer.status);
          // Asked again, as a user would; a login that sent a message may have to wait: a new one.
          if (!went(answer) && !went(await (steps[name] as Step)(person, way))) {
            await walk(world, person, ['login', name], way).catch(() => {});
          }
        }
        problems.push(...(await world.examine()));
      }
    }
    const seen = `2 in a row: ${retried.filter(Boolean).length}/${retried.length} retried with success; on and on: ${[...new Set(answers)].join(', ')}`;
    record(context, ['F-16', what, injected], problems, seen);
    expect(problems).toEqual([]);
    expect(retried).not.toContain(false);
    expect(answers.filter((it) => ![200, 403, 409, 503].includes(it))).toEqual([]);
  });
});
