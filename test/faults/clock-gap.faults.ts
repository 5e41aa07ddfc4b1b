import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeClock, fakeClock } from './faketime.js';
import { ask } from './http.js';
import { record } from './table.js';
import { ENROLL, GET_IN, walk } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
let clock: FakeClock;
beforeAll(async () => {
  clock = fakeClock();
  world = await openWorld({ size: 3, apps: 0 });
});
afterAll(() => clock?.remove());

test.for([
  [12, 'ahead'],
  [-12, 'behind'],
] as const)(
  'R-072 a process whose clock is %i s off serves, and says so once',
  async ([seconds, reason], context) => {
    clock.set(seconds);
    await world.replace(clock.env);
    const [app] = world.apps;
    if (!app) throw new Error('nothing runs');
    const told = () => app.log.filter(({ event }) => event === 'clock.differs');
    const health: number[] = [];
    for (let i = 0; i < 4; i++) {
      health.push((await ask(app.port, '/healthz')).status);
      await sleep(1_050); // an answer counts for a second
    }
    await walk(world, world.people.take(), [...ENROLL, ...GET_IN]);
    const once = told();
    clock.set(0);
    await ask(app.port, '/healthz');
    clock.set(40);
    await sleep(50);
    const off = await ask(app.port, '/healthz');
    const problems = await world.examine();
    const seen = `/healthz ${health.join(', ')}; told ${once.length} x; 40 s: ${off.status}`;
    record(context, ['R-072', `clock ${seconds} s off`, 1], problems, seen);
    expect(health).toEqual([200, 200, 200, 200]);
    expect(once).toMatchObject([{ reason }]);
    expect(off.status).toBe(503);
    expect(off.body.reason).toContain('set them by NTP');
    expect(problems).toEqual([]);
  },
);
