// Budgets and switches over two processes with PostgreSQL and Redis.
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { migratePostgres, postgresStores } from '../../lib/adapters/postgres.js';
import { client, testApp, testKeys } from '../support/app.js';
import { expectBudgetsHeld } from '../support/budgets-held.js';
import { bundled } from '../support/bundle.js';
import { givePhones, mixedUsers, type Outcome } from '../support/mixed-sends.js';
import type { Job } from '../support/sending-program.js';

const [pgUrl, redisUrl] = [inject('pgUrl'), inject('redisUrl')];
const schema = `mfa_two_${process.pid}_${Date.now()}`;

let programs: ChildProcess[] = [];
let urls: string[] = [];
const admin = new Pool({ connectionString: pgUrl, max: 2, options: `-c search_path=${schema}` });

/** Has a process do something. */
function ask<T>(program: number, job: Job): Promise<T> {
  const child = programs[program] as ChildProcess;
  return new Promise((resolve, reject) => {
    child.once('message', (answer: { result?: T; error?: string }) => {
      if (answer.error === undefined) resolve(answer.result as T);
      else reject(new Error(answer.error));
    });
    child.once('exit', () => reject(new Error('the process ended')));
    child.send(job);
  });
}

/** What a window with a resolution holds: 13 digits of time and 6 of a count each. */
async function unitsOf(window: string): Promise<number> {
  const { rows } = await admin.query('select log from mfa_window where name = $1', [window]);
  const entries = String(rows[0]?.log).match(/.{19}/g) ?? [];
  return entries.reduce((sum, it) => sum + Number(it.slice(13)), 0);
}

describe.skipIf(!redisUrl)('two processes, PostgreSQL and Redis', () => {
  beforeAll(async () => {
    const keys = await testKeys();
    await admin.query(`create schema ${schema}`);
    await migratePostgres(admin);
    const host = { keys, clock: { now: Date.now }, seedUsers: mixedUsers };
    await givePhones((await testApp({ ...host, sharedStores: postgresStores(admin) })).mfa);
    const program = await bundled('test/support/sending-program.ts');
    programs = [0, 1].map(() => fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    const start = { pgUrl, redisUrl, schema, keys };
    urls = await Promise.all([0, 1].map((it) => ask<string>(it, { start })));
  }, 60_000);

  afterAll(async () => {
    const ended = programs.map((it) => new Promise((done) => it.once('exit', done)));
    for (const it of programs) it.disconnect();
    await Promise.all(ended);
    await admin.query(`drop schema if exists ${schema} cascade`);
    await admin.end();
  });

  test('a switch is obeyed at once where it was set, and 2 seconds later everywhere', {
    timeout: 30_000,
  }, async () => {
    let user = 600;
    const mail = { authenticator_types: ['oob'], oob_channels: ['email'] };
    const status = async (program: number) => {
      const http = client(urls[program] as string);
      const it = `e${user++}@example.com`;
      const { mfa_token: token } = (await http.login({ username: it }).expect(403)).body;
      return (await http.associate(token, { ...mail, email: it })).status;
    };
    expect([await status(0), await status(1)]).toEqual([200, 200]);
    await ask(0, { off: { channel: 'email' } });
    expect(await status(0)).toBe(503);
    await pause(2000);
    expect(await status(1)).toBe(503);
    await ask(1, { on: { channel: 'email' } });
    expect(await status(1)).toBe(200);
    await pause(2000);
    expect(await status(0)).toBe(200);
  });

  test('R-130, D10 to D16: 5,000 mixed requests exceed no budget, by not a single message', {
    timeout: 120_000,
  }, async () => {
    await admin.query('delete from mfa_window');
    const before = await Promise.all(
      [0, 1].map((it) => ask<Done>(it, { mixed: { share: 9, count: 0 } })),
    );
    const done = await Promise.all(
      [0, 1].map((share) => ask<Done>(share, { mixed: { share, count: 2500 } })),
    );
    const count = (all: readonly Done[]) => all.reduce((sum, it) => sum + it.messages, 0);
    const messages = count(done) - count(before);
    for (const { outcome } of done) expect(outcome.sent.length).toBeGreaterThan(50);
    expectBudgetsHeld(
      done.map(({ outcome }) => outcome),
      messages,
    );
    expect(await unitsOf('send:24h:total')).toBe(messages); // what was refused counts nowhere
  });
});

interface Done {
  readonly outcome: Outcome;
  /** That the process has sent since it began. */
  readonly messages: number;
}
