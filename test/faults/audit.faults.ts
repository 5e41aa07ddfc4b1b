// a process that is killed leaves no change without its event, and no event without its change.
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { passing } from './http.js';
import { nextCode, type Person } from './people.js';
import { record } from './table.js';
import { ENROLL, newWay, type Step, stepsOf, type Way } from './walk.js';
import { openWorld, type World } from './world.js';

const KILLS = 12;
const PEOPLE = 6;
/** How long a killed one has to have served. */
const SERVED_MS = 400;

let world: World;
let steps: Readonly<Record<string, Step>>;
beforeAll(async () => {
  world = await openWorld({ size: PEOPLE + 1 });
  steps = stepsOf(world);
});

/** Enrolls, then removes and enrolls an app, with lost answers asked for again from the login on. */
async function live(person: Person, isOver: () => boolean): Promise<void> {
  const go = async (name: string, way: Way) => {
    for (;;) {
      const answer = await (steps[name] as Step)(person, way);
      if (!passing(answer)) return answer;
      await sleep(50);
    }
  };
  const ways = [
    ENROLL,
    ['login again', 'challenge', 'verify', 'associate otp', 'confirm otp', 'list', 'remove'],
  ];
  while (!isOver()) {
    const way = newWay();
    const names = person.possible.has('') ? ways[0] : ways[1];
    for (const name of names ?? []) {
      if (isOver()) return;
      if (name === 'confirm otp' && nextCode(person) === undefined) break;
      await go(name, way);
    }
    await sleep(100);
  }
}

type Row = Readonly<Record<string, unknown>>;
interface Use {
  readonly spent: boolean;
  readonly attempts: number;
}
interface Event {
  readonly event: string;
  readonly authenticatorId?: string;
  readonly flowId?: string;
  readonly kind?: string;
}

const flowOf = (id: unknown) => Buffer.from(String(id), 'base64url').toString('hex').slice(0, 16);

/** @returns one sentence for each change that has no event, and for each event whose change is not there */
async function compare(): Promise<{ problems: string[]; changes: number }> {
  const { sql } = world.database;
  const rows = async (table: string): Promise<Row[]> =>
    (await sql(`select data, * from ${table}`)).map((row) => ({
      ...row,
      ...JSON.parse(String(row['data'])),
    }));
  const events = (await rows('mfa_audit')) as unknown as Event[];
  const problems: string[] = [];
  let changes = 0;
  const need = (what: string, fits: (event: Event) => boolean) => {
    changes++;
    if (!events.some(fits)) problems.push(`no event: ${what}`);
  };
  const authenticators = await rows('mfa_authenticator');
  for (const { id, status } of authenticators) {
    const name = `authenticator.associate.${status === 'active' ? 'confirmed' : 'started'}`;
    need(`${name} ${String(id)}`, (it) => it.event === name && it.authenticatorId === id);
  }
  for (const { id, reusable } of await rows('mfa_transaction')) {
    const fits = (it: Event) => it.event === 'mfa_token.issued' && it.flowId === flowOf(id);
    if (!reusable) need(`login ${String(id)}`, fits);
  }
  for (const { authenticatorId: id } of await rows('mfa_delivery')) {
    const isCode = (it: Event) => /^mfa\.challenge\.(created|resent)$/.test(it.event);
    need(`code ${String(id)}`, (it) => isCode(it) && it.authenticatorId === id);
  }
  for (const { logins } of await rows('mfa_account')) {
    for (const [id, { spent, attempts }] of Object.entries(
      logins as Readonly<Record<string, Use>>,
    )) {
      const flow = (it: Event) => it.flowId === flowOf(id);
      if (spent) need(`spent ${id}`, (it) => it.event === 'mfa_token.consumed' && flow(it));
      const charged = events.filter((it) => it.event === 'mfa.verify.charged' && flow(it)).length;
      changes++;
      if (charged !== attempts) problems.push(`${attempts} guesses, ${charged} events: ${id}`);
    }
  }
  const there = new Set(authenticators.map(({ id }) => id));
  const gone = new Set(
    events
      .filter(({ event }) => /^authenticator\.(removed|associate\.(expired|rejected))$/.test(event))
      .map(({ authenticatorId }) => authenticatorId),
  );
  for (const { event, authenticatorId: id } of events) {
    if (!/^authenticator\.associate\.(started|confirmed)$/.test(event)) continue;
    if (there.has(id) === gone.has(id)) problems.push(`${event} ${id}, which is not so`);
  }
  return { problems, changes };
}

test('R-142, F-08: kill -9 in the middle of everything: for each change its event, for each event its change', {
  timeout: 120_000,
}, async (context) => {
  let over = false;
  const people = Array.from({ length: PEOPLE }, () => world.people.take());
  const lives = people.map((person) => live(person, () => over));
  for (let i = 0; i < KILLS; i++) {
    await sleep(SERVED_MS + Math.random() * 200);
    const victim = world.apps[i % world.apps.length];
    if (!victim) throw new Error('nobody serves');
    const next = world.start();
    await next.ready;
    world.serve();
    await world.kill(victim);
  }
  over = true;
  await Promise.all(lives);
  while (world.client.inFlight > 0) await sleep(20);
  const { problems, changes } = await compare();
  const lost = world.client.answers.filter(({ answer }) => answer.status === 0).length;
  record(
    context,
    ['F-08', 'kill -9, changes against the log', KILLS],
    problems,
    `${changes} changes, ${lost} answers lost`,
  );
  expect(problems).toEqual([]);
  expect(changes).toBeGreaterThan(20);
});
