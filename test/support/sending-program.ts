// One of several processes on PostgreSQL and Redis: serves, asks itself for messages, and is told what to switch off.
import type { AddressInfo } from 'node:net';
import type { MfaKeys, Switch } from 'express-mfa';
import { combineStores } from 'express-mfa/adapters/combine';
import { postgresStores } from 'express-mfa/adapters/postgres';
import { redisStores } from 'express-mfa/adapters/redis';
import { Pool } from 'pg';
import { ISSUER, testApp } from './app.js';
import { LIMITS, mixedSends, mixedUsers } from './mixed-sends.js';
import { redisClients } from './redis-clients.js';

export interface Start {
  readonly pgUrl: string;
  readonly redisUrl: string;
  readonly schema: string;
  readonly keys: MfaKeys;
}

/** What the process is asked to do. */
export type Job =
  | { readonly start: Start }
  | { readonly mixed: { readonly share: number; readonly count: number } }
  | { readonly off: Switch }
  | { readonly on: Switch };

async function start({ pgUrl, redisUrl, schema, keys }: Start) {
  const pool = new Pool({
    connectionString: pgUrl,
    max: 10,
    options: `-c search_path=${schema}`,
  });
  const connect = redisClients[0]?.[1];
  if (!connect) throw new Error('no client of Redis');
  const { sendCommand } = await connect(redisUrl);
  const t = await testApp({
    issuer: ISSUER,
    keys,
    clock: { now: Date.now },
    seedUsers: mixedUsers,
    sends: LIMITS,
    sharedStores: combineStores({
      durable: postgresStores(pool),
      shortLived: redisStores({ sendCommand, prefix: `${schema}:` }),
    }),
  });
  t.app.set('trust proxy', 1);
  const server = t.app.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  return { t, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

let running: Awaited<ReturnType<typeof start>> | undefined;

async function work(job: Job): Promise<unknown> {
  if ('start' in job) {
    running = await start(job.start);
    return running.url;
  }
  if (!running) throw new Error('not started');
  const { t, url } = running;
  if ('off' in job) return t.mfa.switches.off(job.off);
  if ('on' in job) return t.mfa.switches.on(job.on);
  const outcome = await mixedSends(url, job.mixed.share, job.mixed.count);
  return { outcome, messages: t.messages.length };
}

process.on('message', (job: Job) => {
  work(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
