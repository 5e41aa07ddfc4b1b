import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';
import { type Answer, ask } from './http.js';
import { limit } from './limit.js';
import { record } from './table.js';
import { ENROLL, GET_IN, walk } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ size: 6, apps: 0 });
});

/** What `/healthz` says when it says more than that the app is starting. */
async function complaint(port: number): Promise<Answer> {
  for (let tries = 200; ; tries--) {
    const answer = await ask(port, '/healthz');
    if (answer.body?.reason?.includes('DATABASE_URL') || tries === 0) return answer;
    await sleep(100);
  }
}

describe('a database that is down at start', () => {
  test.for(['refuses', 'hangs'] as const)('%s', async (how, context) => {
    if (how === 'refuses') await world.database.stop('fast');
    else world.database.freeze();
    const ports = await Promise.all([freePort(), freePort()]);
    const apps = ports.map((port) => world.start({ PORT: String(port) }));
    world.serve();
    const health = await Promise.all(ports.map(complaint));
    await sleep(2_000); // and it keeps trying
    const login = await world.client.login(world.people.take());
    const ends = Promise.all(apps.map((it) => it.ended));
    const running = await Promise.race([ends, sleep(0, 'running')]);
    if (how === 'refuses') await world.database.start();
    else world.database.thaw();
    const back = await world.healthy(limit(10_000));
    await walk(world, world.people.take(), [...ENROLL, ...GET_IN]);
    const problems = await world.examine();
    const { reason } = health[0]?.body ?? {};
    const seen = `"${reason}"; ready after ${Math.round(back)} ms`;
    record(context, ['start', `2 processes, database ${how}`, 2], problems, seen);
    expect(running).toBe('running');
    expect(health.map(({ status }) => status)).toEqual([503, 503]);
    expect(reason).toContain('DATABASE_URL: ');
    expect(apps[0]?.stderr()).toContain('waiting for it');
    expect([login.status, login.body.error]).toEqual([503, 'temporarily_unavailable']);
    const said = apps[0]?.log.filter((it) => it['event'] === 'database.unavailable') ?? [];
    expect(said.length).toBeLessThan(4); // not at every try
    expect(problems).toEqual([]);
    for (const app of apps) await world.kill(app);
  });

  test('so with Redis: unready, nobody gets in, and it needs no restart', async (context) => {
    const port = await freePort();
    const app = world.start({ REDIS_URL: `redis://127.0.0.1:${port}` });
    await app.ready;
    world.serve([app]);
    const person = world.people.take();
    const health = await ask(app.port, '/healthz');
    const login = await world.client.login(person);
    const redis = await startRedis(port);
    if (!redis) throw new Error('no redis-server, and none could be fetched');
    const back = await world.healthy(limit(5_000));
    await walk(world, person, [...ENROLL, ...GET_IN]);
    const problems = await world.examine();
    const seen = `"${health.body?.reason}"; ready after ${Math.round(back)} ms`;
    record(context, ['start', 'Redis refuses', 1], problems, seen);
    await world.kill(app);
    await redis.stop();
    expect(health.status).toBe(503);
    expect(health.body.reason).toContain('shortLived');
    expect([login.status, login.body.error]).toEqual([503, 'temporarily_unavailable']);
    expect(problems).toEqual([]);
  });

  test('ends on SIGTERM while it waits', async () => {
    world.database.freeze();
    const port = await freePort();
    const app = world.start({ PORT: String(port) });
    await complaint(port);
    app.signal('SIGTERM');
    const from = performance.now();
    expect(await app.ended).toBe(0);
    expect(performance.now() - from).toBeLessThan(limit(3_000));
    world.database.thaw();
  });
});
