// Moments at which calendars and clocks do something odd: nothing here may count in local time.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from './faketime.js';
import { type Proof, sentCode, totp, wrongCode } from './ledger.js';
import { limit } from './limit.js';
import { codeAt, nextCode, type Person, stepAt } from './people.js';
import { record } from './table.js';
import { ENROLL, GET_IN, type Way, walk } from './walk.js';
import { openWorld, type World } from './world.js';

/** How long before the moment the processes start (ms): longer where the machine is busy, and short of a lock. */
const before = () => Math.min(limit(9_000), 25_000);
const LOCK = 60;
const CODE_TTL = 300;
let world: World;
let clock: FakeClock;
/** Seconds that the processes are ahead. */
let ahead = 0;

beforeAll(async () => {
  clock = fakeClock();
  world = await openWorld({ size: 8, apps: 0 });
});
afterAll(() => clock?.remove());

const now = () => Date.now() + ahead * 1000;
const dead = (proof: Proof): Proof => ({ ...proof, right: undefined });

async function begin(at: string, zone: string): Promise<void> {
  ahead = Math.round((Date.parse(at) - Date.now() - before()) / 1000);
  clock.set(ahead);
  const env = { ...clock.env, TZ: zone };
  await world.replace(env, env);
  await world.reset();
}

const challenged = async (person: Person) => {
  const way = await walk(world, person, [...ENROLL, 'login again', 'challenge']);
  return { person, way, proof: sentCode(world.sink, person, way.oobCode) };
};

/** Has an app, whose last code is used. */
async function withApp(person: Person): Promise<Way> {
  const way = await walk(world, person, [...ENROLL, ...GET_IN, 'associate otp']);
  const proof = totp(person, nextCode(person, now()) ?? '');
  expect((await world.client.prove(person, way.access, proof, 'otp')).status).toBe(200);
  return { ...way, oobCode: proof.members['otp'] as string };
}

test.for([
  ['summer time begins', '2027-03-14T07:00:00Z', 'America/New_York', 0],
  ['summer time ends', '2027-11-07T06:00:00Z', 'America/New_York', 0],
  ['a leap day', '2028-02-29T00:00:00Z', 'Europe/Berlin', 0],
  ['a leap second, repeated', '2017-01-01T00:00:00Z', 'UTC', -1],
] as const)(
  'F-09 %s: no code, lock or time step notices',
  async ([what, at, zone, step], context) => {
    await begin(at, zone);
    const { client, sink } = world;
    const take = () => world.people.take();
    const [open, used, locked] = await Promise.all([take(), take(), take()].map(challenged));
    if (!open || !used || !locked) throw new Error('nobody');
    const owner = take();
    const app = await withApp(owner);
    await walk(world, used.person, ['verify'], used.way);
    const wrong = wrongCode(sink, locked.person, locked.way.oobCode);
    for (let i = 0; i < 5; i++) await client.prove(locked.person, locked.way.token, wrong);
    const from = Date.now();
    const early = now() < Date.parse(at);

    await sleep(Math.max(0, Date.parse(at) - now() + 100));
    ahead += step;
    clock.set(ahead);
    await sleep(500);

    const replays = [await client.prove(used.person, used.way.token, dead(used.proof))];
    const still = await client.prove(locked.person, locked.way.token, dead(locked.proof));
    const wait = Number(still.headers['retry-after']);
    const left = LOCK - (Date.now() - from) / 1000;
    const again = await walk(world, owner, ['login']);
    const members = { otp: app.oobCode };
    replays.push(
      await client.prove(owner, again.token, { kind: 'otp', members, right: undefined }),
    );
    // Of now, and not the oldest that still passes: a busy machine may take until the next step.
    owner.step = Math.max(owner.step + 1, stepAt(now()));
    const code = codeAt(owner.secret ?? '', owner.step);
    const next = await client.prove(owner, again.token, totp(owner, code));
    const passed = await client.prove(open.person, open.way.token, open.proof);
    const late = await challenged(take());
    ahead += CODE_TTL + 1;
    clock.set(ahead);
    const expired = await client.prove(late.person, late.way.token, dead(late.proof));

    const problems = await world.examine();
    const seen = `open code ${passed.status}, replays ${replays.map((it) => it.status).join(', ')}, next step ${next.status}, Retry-After ${wait} of ${Math.round(left)} s, expired ${expired.status}`;
    record(context, ['F-09', `${what} (TZ ${zone})`, 1], problems, seen);
    expect(early).toBe(true);
    expect(passed.status).toBe(200);
    expect(replays.map((it) => it.status)).toEqual([403, 403]);
    expect(next.status).toBe(200);
    expect(still.status).toBe(429);
    expect(Math.abs(wait - left)).toBeLessThanOrEqual(limit(4));
    expect([401, 403]).toContain(expired.status);
    expect(problems).toEqual([]);
  },
);
