import { setTimeout as sleep } from 'node:timers/promises';
import { migratePostgres } from 'express-mfa/adapters/postgres';
import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask, LONGEST_MS } from './http.js';
import { limit } from './limit.js';
import { record } from './table.js';
import { ENROLL, GET_IN, newWay, type Step, stepsOf, walk, went } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld({ size: 30 });
});
beforeEach(() => world.reset());

/** Users that go through everything until they are stopped. @returns how many flows went through */
function traffic(users: number): { stop(): Promise<{ flows: number; failed: string[] }> } {
  let running = true;
  const failed: string[] = [];
  let flows = 0;
  const recover = stepsOf(world)['recover'] as Step;
  const one = async () => {
    const person = world.people.take();
    await walk(world, person, ENROLL);
    while (running) {
      await sleep(20);
      const answer = await recover(person, newWay());
      if (went(answer)) flows++;
      else failed.push(`${answer.status} ${answer.text}`);
    }
  };
  const all = Promise.all(Array.from({ length: users }, one));
  return {
    async stop() {
      running = false;
      await all;
      return { flows, failed };
    },
  };
}

describe('F-17 two versions on one database', () => {
  test('tokens of the old process work on the new one, while the tables are migrated', async (context) => {
    const users = Array.from({ length: 3 }, () => world.people.take());
    const ways = await Promise.all(users.map((it) => walk(world, it, ['login', 'associate'])));
    const load = traffic(3);
    const pool = new pg.Pool({ connectionString: world.database.url });
    for (const old of world.apps.slice()) {
      const fresh = world.start();
      await fresh.ready;
      await Promise.all([migratePostgres(pool), migratePostgres(pool)]);
      world.serve(world.apps.filter((it) => it !== old));
      await sleep(200);
      old.signal('SIGTERM');
      expect(await old.ended).toBe(0);
      world.apps.splice(world.apps.indexOf(old), 1);
    }
    await pool.end();
    const { flows, failed } = await load.stop();
    await Promise.all(users.map((it, i) => walk(world, it, ['confirm'], ways[i])));
    const problems = await world.examine();
    const seen = `${flows} flows, ${failed.length} failed; 3 enrollments begun on the old, confirmed on the new`;
    record(context, ['F-17', 'both processes replaced under load', 2], problems, seen);
    expect(failed).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('a newer schema: what still fits goes on, what does not says so', async (context) => {
    const { sql } = world.database;
    await sql('insert into mfa_schema (version, oldest) values (98, 1)');
    const compatible = world.start();
    await compatible.ready;
    world.serve([compatible]);
    const person = world.people.take();
    await walk(world, person, [...ENROLL, ...GET_IN]);

    await sql('insert into mfa_schema (version, oldest) values (99, 99)');
    const [running] = world.apps;
    const refused = await ask(running?.port ?? 0, '/healthz');
    const late = world.start();
    for (let i = 0; i < 400 && !late.stderr().includes('newer'); i++) await sleep(100);
    const alive = await Promise.race([late.ended, sleep(0, 'alive')]);
    await sql('delete from mfa_schema where version > 90');
    await late.ready;
    await world.healthy(limit(5_000));
    world.serve();
    const problems = await world.examine();
    const seen = `"${refused.body?.reason?.slice(0, 60)}…"; recovers without a restart`;
    record(context, ['F-17', 'newer schema, compatible and not', 2], problems, seen);
    expect(refused.status).toBe(503);
    expect(refused.body.reason).toContain('needs a newer express-mfa');
    expect(late.stderr()).toContain('needs a newer express-mfa');
    expect(alive).toBe('alive');
    expect(problems).toEqual([]);
  });
});

describe('F-20 SIGTERM under load', () => {
  test('finishes what is in flight and loses nothing', async (context) => {
    for (const app of world.apps.slice(2)) await world.kill(app);
    const load = traffic(4);
    await sleep(500);
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      const [app] = world.apps;
      if (!app) throw new Error('nothing runs');
      const fresh = world.start();
      await fresh.ready;
      app.signal('SIGTERM');
      const from = performance.now();
      while ((await ask(app.port, '/healthz')).status === 200) await sleep(20);
      world.serve(world.apps.filter((it) => it !== app)); // as a load balancer does
      expect(await app.ended).toBe(0);
      times.push(performance.now() - from);
      world.apps.splice(world.apps.indexOf(app), 1);
    }
    const { flows, failed } = await load.stop();
    const problems = await world.examine();
    const slowest = Math.round(Math.max(...times));
    const cut = world.client.answers.filter(({ answer }) => answer.status === 0).length;
    const seen = `${flows} flows, ${failed.length} failed, ${cut} requests unanswered; ended after ${slowest} ms`;
    record(context, ['F-20', 'SIGTERM under load', 4], problems, seen);
    expect(slowest).toBeLessThan(LONGEST_MS);
    expect(problems).toEqual([]);
    expect(cut).toBe(0);
    expect(failed).toEqual([]);
  });
});
