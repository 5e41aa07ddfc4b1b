import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { everyStep, takeAll } from './every-step.js';
import { ask } from './http.js';
import { limit } from './limit.js';
import { type SmallDisk, smallDisk } from './small-disk.js';
import { record } from './table.js';
import { ENROLL, GET_IN, walk } from './walk.js';
import { openWorld, type World } from './world.js';

let world: World;
let disk: SmallDisk;
beforeAll(async () => {
  world = await openWorld({ size: 16 });
  disk = await smallDisk(world.database);
});
beforeEach(() => world.reset());
afterAll(() => disk?.close());

const health = () => Promise.all(world.apps.map(({ port }) => ask(port, '/healthz')));

describe('F-18', () => {
  const readOnly = async (on: boolean) => {
    await world.database.sql(`alter system set default_transaction_read_only = ${on}`);
    await world.database.sql('select pg_reload_conf()');
    await sleep(200);
  };

  test('a read-only database: 503 to every write, and recovery without a restart', async (context) => {
    const all = await everyStep(world);
    await world.remember();
    await readOnly(true);
    const { statuses } = await takeAll(world, all);
    const sick = await health();
    await readOnly(false);
    const back = await world.healthy(limit(2_000));
    const problems = await world.examine();
    const seen = `answers ${statuses.join(', ')}; ready after ${Math.round(back)} ms`;
    record(context, ['F-18', 'read-only, every step', all.length], problems, seen);
    expect(statuses.filter((it) => ![503, 200].includes(it))).toEqual([]); // a list only reads
    expect(sick.map(({ status }) => status)).toEqual([503, 503]);
    expect(sick[0]?.body.reason).toContain('read-only');
    expect(problems).toEqual([]);
    for (const [name, person, way] of all) {
      if (name !== 'login') await walk(world, person, [name], way);
    }
  });

  test('a full disk: 503, nothing half done, and recovery without a restart', async (context) => {
    const all = await everyStep(world);
    await world.remember();
    await disk.fill();
    const { statuses, answers } = await takeAll(world, all);
    const one = world.people.take();
    const many = await Promise.all(Array.from({ length: 100 }, () => world.client.login(one)));
    const refused = [...answers, ...many.map(({ status }) => status)].filter((it) => it === 503);
    await disk.free();
    const back = await world.healthy(limit(2_000));
    const problems = await world.examine();
    const seen = `${disk.kind}: answers ${statuses.join(', ')}; ${refused.length} x 503; ready after ${Math.round(back)} ms`;
    record(context, ['F-18', 'disk full, every step', all.length + many.length], problems, seen);
    // What fits into pages that exist already is written; everything else is refused.
    expect(statuses.filter((it) => ![503, 200, 204, 403].includes(it))).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    for (const [, person] of all) {
      await walk(world, person, person.possible.has('') ? ENROLL : GET_IN);
    }
    expect(await world.examine()).toEqual([]);
  });
});
