// Two processes of the example app on one PostgreSQL, behind a round robin, with a provider of their own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateKeys } from 'express-mfa';
import { afterAll } from 'vitest';
import { type AppProcess, startApp } from './app-process.js';
import { SERVER } from './build.js';
import { ask } from './http.js';
import { type Ledger, ledger } from './ledger.js';
import { type Counts, counts, examine } from './oracle.js';
import { type People, people } from './people.js';
import { openPostgres, type PostgresServer } from './postgres-server.js';
import { type RoundRobin, roundRobin } from './round-robin.js';
import { openSink, type Sink } from './sink.js';

export const ISSUER = 'http://localhost:3000/';
export const MFA = `${ISSUER}mfa/`;

export interface World {
  readonly database: PostgresServer;
  /** Between the processes and the database. */
  readonly cable: RoundRobin;
  readonly sink: Sink;
  readonly proxy: RoundRobin;
  readonly people: People;
  readonly client: Ledger;
  /** Those that run; `env` of one that is started later may differ. */
  readonly apps: AppProcess[];
  start(env?: Readonly<Record<string, string>>): AppProcess;
  /** Ends one at once and takes it out of the round robin. */
  kill(app: AppProcess): Promise<void>;
  /** Ends all at once and starts others in their place, one for each environment. */
  replace(...envs: Readonly<Record<string, string>>[]): Promise<void>;
  /** Only these are reached through the round robin. */
  serve(apps?: readonly AppProcess[]): void;
  /** Starts from nothing: nobody has anything, nothing is counted. */
  reset(): Promise<void>;
  /** What is counted now; kept as what may not fall. */
  remember(): Promise<void>;
  /** What is wrong now, by the common oracle. */
  examine(): Promise<string[]>;
  /** Until `/healthz` of every app has noticed that something is wrong. */
  sick(): Promise<void>;
  /** Until `/healthz` of every app answers 200. @returns milliseconds */
  healthy(within: number): Promise<number>;
}

const isUp = async ({ port }: AppProcess) => (await ask(port, '/healthz')).status === 200;

const cleanUp: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of cleanUp.reverse()) await step();
});

/**
 * @param size - how many people the seed file has; each costs every start 14 ms
 * @param env - more for every process
 * @param server - what they run
 */
export async function openWorld({
  size = 20,
  apps = 2,
  env = {},
  server = SERVER,
} = {}): Promise<World> {
  const here = mkdtempSync(join(tmpdir(), 'express-mfa-faults-'));
  cleanUp.push(() => rmSync(here, { recursive: true, force: true }));
  const database = await openPostgres();
  cleanUp.push(database.end);
  const [sink, keys] = await Promise.all([openSink(), generateKeys()]);
  const [cable, proxy] = await Promise.all([roundRobin([database.port]), roundRobin([])]);
  cleanUp.push(proxy.close, cable.close, sink.close);
  const everyone = people(size);
  const seedFile = join(here, 'seed.json');
  writeFileSync(seedFile, JSON.stringify(everyone.seed));
  const environment = {
    PORT: '0',
    ISSUER,
    NODE_ENV: 'production',
    DATABASE_URL: database.url.replace(`:${database.port}/`, `:${cable.port}/`),
    SMS_WEBHOOK_URL: sink.url,
    SMS_COUNTRIES: 'US',
    MFA_SECRETS: JSON.stringify(keys),
    SEED_FILE: seedFile,
    ...env,
  };
  const every: AppProcess[] = [];
  let before: Counts = new Map();
  const world: World = {
    database,
    cable,
    sink,
    proxy,
    people: everyone,
    client: ledger(proxy.port),
    apps: [],
    start(own = {}) {
      const app = startApp({ ...environment, ...own }, here, server);
      every.push(app);
      cleanUp.push(() => app.signal('SIGKILL'));
      world.apps.push(app);
      return app;
    },
    async kill(app) {
      app.signal('SIGKILL');
      await app.ended;
      world.apps.splice(world.apps.indexOf(app), 1);
      world.serve();
    },
    async replace(...envs) {
      await Promise.all(world.apps.slice().map(world.kill));
      await Promise.all(envs.map((own) => world.start(own).ready));
      world.serve();
    },
    serve(apps = world.apps) {
      proxy.targets = apps.map((it) => it.port).filter((port) => port > 0);
    },
    async reset() {
      const tables = ['account', 'authenticator', 'transaction', 'delivery', 'window'];
      await database.sql(`truncate ${tables.map((it) => `mfa_${it}`).join()}`);
      everyone.forget();
      world.client.forget();
      before = new Map();
    },
    async remember() {
      before = await counts(database);
    },
    async examine() {
      const { client } = world;
      while (client.inFlight > 0) await sleep(20);
      const found = await examine(
        { database, client, people: everyone.all, processes: every },
        before,
      );
      before = await counts(database);
      return found;
    },
    async sick() {
      while ((await Promise.all(world.apps.map(isUp))).some(Boolean)) await sleep(50);
    },
    async healthy(within) {
      const from = performance.now();
      while (!(await Promise.all(world.apps.map(isUp))).every(Boolean)) {
        if (performance.now() - from > within) throw new Error(`not healthy after ${within} ms`);
        await sleep(50);
      }
      return performance.now() - from;
    },
  };
  for (let i = 0; i < apps; i++) world.start();
  await Promise.all(world.apps.map((app) => app.ready));
  world.serve();
  return world;
}
