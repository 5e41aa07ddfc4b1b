import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from './http.js';
import { recovery, sentCode } from './ledger.js';
import { limit } from './limit.js';
import { freshPhone, type Person } from './people.js';
import { RETRY_AFTER } from './sink.js';
import { record } from './table.js';
import { ENROLL, walk } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ size: 24, apps: 0 });
});
/** Breakers and pools begin anew. */
beforeEach(async () => {
  world.sink.mode = 'accept';
  await world.replace({}, {});
  await world.reset();
  world.sink.forget();
});

const loggedIn = async (count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const person = world.people.take();
      return { person, token: (await walk(world, person, ['login'])).token };
    }),
  );

async function associate({ person, token }: { person: Person; token: string }): Promise<Answer> {
  person.phone = freshPhone(); // so that nothing but the fault stops it
  return world.client.associate(person, token, 'phone');
}

/** Nothing is left of an enrollment whose message failed. */
const ghosts = async () =>
  (await world.database.sql('select user_id, status from mfa_authenticator')).length;

const median = (list: readonly number[]) =>
  Math.round(list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0);

describe('the provider', () => {
  test('F-01 hangs', async (context) => {
    const other = world.people.take();
    await walk(world, other, ENROLL);
    const people = Array.from({ length: 16 }, () => world.people.take());
    const logins = await Promise.all(
      [...people, ...people, ...people].map(async (person) => ({
        person,
        token: (await walk(world, person, ['login'])).token,
      })),
    );
    const verifyFor = async (ms: number) => {
      const times: number[] = [];
      for (const end = performance.now() + ms; performance.now() < end; ) {
        const { token } = await walk(world, other, ['login']);
        const passed = await world.client.prove(other, token, recovery(other));
        expect(passed.status).toBe(200);
        times.push(passed.ms);
        await sleep(50);
      }
      return median(times);
    };
    const before = await verifyFor(2_000);
    world.sink.mode = 'hang';
    const rounds: Promise<Answer[]>[] = [];
    const during = verifyFor(7_000);
    for (let i = 0; i < 3; i++) {
      rounds.push(Promise.all(logins.slice(16 * i, 16 * (i + 1)).map(associate)));
      await sleep(400);
    }
    const hung = (await Promise.all(rounds)).flat();
    await during;
    const calls = world.sink.calls.length;
    const fast = await Promise.all(logins.slice(0, 8).map(associate));
    const refusedAtOnce = world.sink.calls.length === calls;
    const sockets = world.sink.mostSockets;
    world.sink.mode = 'accept';
    const healed = performance.now();
    const back: number[] = [];
    for (const one of logins.slice(0, 2)) {
      const took = () => performance.now() - healed;
      while ((await associate(one)).status !== 200 && took() < limit(35_000)) await sleep(500);
      back.push(took());
    }
    const problems = await world.examine();
    const slowest = Math.round(Math.max(...hung.map(({ ms }) => ms)));
    const seen = `503 after ${slowest} ms at most; open: ${Math.round(Math.max(...fast.map(({ ms }) => ms)))} ms; other factors p50 ${before} -> ${await during} ms; ${sockets} sockets; back after ${Math.round(Math.max(...back) / 1000)} s`;
    record(context, ['F-01', 'provider hangs', hung.length + fast.length], problems, seen);
    expect(hung.concat(fast).filter(({ status }) => status !== 503)).toEqual([]);
    expect(hung.every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true);
    expect(slowest).toBeLessThan(limit(6_000));
    expect(refusedAtOnce).toBe(true);
    expect(sockets).toBeLessThanOrEqual(100);
    expect(await during).toBeLessThan(limit(before * 1.2 + 40));
    expect(Math.max(...back)).toBeLessThan(limit(35_000));
    expect(problems).toEqual([]);
  });

  test.for([
    ['fail', 'answers 500', 502],
    ['refuse', 'refuses connections', 502],
    ['tls', 'fails at TLS', 502],
    ['busy', 'answers 429, Retry-After 60', 503],
  ] as const)('F-02, F-03 %s', async ([mode, what, status], context) => {
    const { sink } = world;
    if (mode === 'tls') {
      await world.replace({ SMS_WEBHOOK_URL: sink.url.replace('http:', 'https:') });
    }
    const people = await loggedIn(8);
    if (mode === 'refuse') await sink.refuse();
    else if (mode !== 'tls') sink.mode = mode;
    const answers = await Promise.all(people.map(associate));
    const left = await ghosts();
    const calls = sink.calls.length;
    if (mode === 'refuse') await sink.listenAgain();
    sink.mode = 'accept';
    if (mode === 'tls') {
      await world.start().ready;
      world.serve(world.apps.slice(1));
    }
    const retried = await Promise.all(people.map(associate));
    const problems = await world.examine();
    const id = mode === 'busy' ? 'F-03' : 'F-02';
    const seen = `answers ${status}, ${calls} calls; ${left} rows left; all retries worked`;
    record(context, [id, `provider ${what}`, people.length], problems, seen);
    expect(answers.map((it) => it.status)).toEqual(people.map(() => status));
    expect(calls).toBeLessThanOrEqual(2 * people.length);
    if (mode === 'busy') {
      const waits = answers.map(({ headers }) => headers['retry-after']);
      expect(new Set(waits)).toEqual(new Set([String(RETRY_AFTER)]));
    }
    expect(left).toBe(0);
    expect(retried.map((it) => it.status)).toEqual(people.map(() => 200));
    expect(problems).toEqual([]);
  });

  describe('F-04 accepts, then the answer is lost', () => {
    test('a retry works at once, with at most two messages and one live code', async (context) => {
      const { sink, client } = world;
      const person = world.people.take();
      const { token } = await walk(world, person, ['login']);
      sink.mode = 'lost';
      const lost = await client.associate(person, token, 'phone');
      sink.mode = 'accept';
      const again = lost.status === 200 ? lost : await client.associate(person, token, 'phone');
      const messages = sink.delivered.filter(({ to }) => to === person.phone);
      const proof = sentCode(sink, person, again.body?.oob_code ?? '');
      const passed = await client.prove(person, token, proof, 'phone');
      const problems = await world.examine();
      const seen = `answer ${lost.status}, ${messages.length} messages, newest code ${passed.status}`;
      record(context, ['F-04', 'message goes out, answer is lost', 1], problems, seen);
      expect(messages.length).toBeLessThanOrEqual(2);
      expect(passed.status).toBe(200);
      expect(problems).toEqual([]);
    });

    test('the code that arrived works', async (context) => {
      const { sink, client } = world;
      const person = world.people.take();
      const { token } = await walk(world, person, ['login']);
      sink.mode = 'lost';
      const lost = await client.associate(person, token, 'phone');
      const arrived = sentCode(sink, person, '');
      sink.mode = 'accept';
      const again = lost.status === 200 ? lost : await client.associate(person, token, 'phone');
      const members = { ...arrived.members, oob_code: again.body?.oob_code ?? '' };
      const passed = await client.prove(person, token, { ...arrived, members }, 'phone');
      const problems = await world.examine();
      const seen = `answer ${lost.status}; the code of the first message: ${passed.status}`;
      record(context, ['F-04', 'the code that arrived is entered', 1], problems, seen);
      expect(problems).toEqual([]);
      expect(passed.status).toBe(200);
    });
  });
});
