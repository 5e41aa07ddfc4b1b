// Vitest global setup: a real PostgreSQL and a real Redis for the run, on free ports, with nothing installed by hand.
// TEST_DATABASE_URL or DATABASE_URL, TEST_REDIS_URL or REDIS_URL name ones that run already.
import type { TestProject } from 'vitest/node';
import { onFreePort } from './free-port.js';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';

declare module 'vitest' {
  export interface ProvidedContext {
    pgUrl: string;
    /** Empty when there is none: tests that need it are skipped. */
    redisUrl: string;
  }
}

const NO_REDIS =
  'no redis-server or valkey-server was found and none could be fetched: install one, or set TEST_REDIS_URL';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env } = process;
  const database = env['TEST_DATABASE_URL'] || env['DATABASE_URL'];
  const cache = env['TEST_REDIS_URL'] || env['REDIS_URL'];
  const [postgres, redis] = await Promise.allSettled([
    database ? undefined : onFreePort(startPostgres),
    cache ? undefined : onFreePort((port) => startRedis(port)),
  ]);
  const servers = [postgres, redis].map((it) => (it.status === 'fulfilled' ? it.value : undefined));
  const stop = async () => {
    await Promise.all(servers.map(async (it) => it?.stop()));
  };
  try {
    for (const it of [postgres, redis]) if (it.status === 'rejected') throw it.reason;
    const [pgUrl, redisUrl] = [database || servers[0]?.url, cache || servers[1]?.url];
    if (!redisUrl) {
      if (env['CI']) throw new Error(NO_REDIS);
      console.warn(`\n*** The Redis tests DO NOT RUN: ${NO_REDIS} ***\n`);
    }
    project.provide('pgUrl', pgUrl ?? '');
    project.provide('redisUrl', redisUrl ?? '');
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
