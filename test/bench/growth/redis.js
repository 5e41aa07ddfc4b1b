/** What abandoned enrolments leave in Redis beside the database. */
import process from 'node:process';
import { combineStores } from 'express-mfa/adapters/combine';
import { postgresStores } from 'express-mfa/adapters/postgres';
import { redisStores } from 'express-mfa/adapters/redis';
import { createClient } from 'redis';
import { fictionalPhoneOf } from '../fixtures.js';
import { openSite } from './site.js';
import { ABANDONED, walk } from './steps.js';
import { throwawayRedis } from './throwaway.js';

const PREFIX = `growth-${process.pid}:`;
/** A login lives for ten minutes, and a key for a minute more (ms). */
const LONGEST = 660_000;

/** @returns keys, those that expire too late or never, and bytes, of `count` enrolments; undefined without Redis */
export async function redisSoak(database, keys, count) {
  const server = process.env.REDIS_URL ? undefined : await throwawayRedis();
  const url = process.env.REDIS_URL ?? server?.url;
  if (!url) return undefined;
  const client = await createClient({ url }).connect();
  try {
    const sendCommand = (args) => client.sendCommand(args);
    const shortLived = redisStores({ sendCommand, prefix: PREFIX });
    const stores = combineStores({ durable: postgresStores(database.pool), shortLived });
    const site = await openSite(database, keys, { stores, phoneOf: fictionalPhoneOf });
    const connection = await site.connect();
    for (let user = 1; user <= count; user++) await walk(ABANDONED, site, connection, user);
    connection.close();
    site.close();
    return { count, ...(await keysOf(client)) };
  } finally {
    await client.close();
    await server?.stop();
  }
}

async function keysOf(client) {
  const found = { keys: 0, lasting: 0, bytes: 0 };
  for await (const page of client.scanIterator({ MATCH: `${PREFIX}*`, COUNT: 1000 })) {
    for (const key of page) {
      const left = await client.pTTL(key);
      if (left === -2) continue;
      found.keys++;
      if (left < 0 || left > LONGEST) found.lasting++;
      found.bytes += (await client.sendCommand(['MEMORY', 'USAGE', key])) ?? 0;
      await client.del(key);
    }
  }
  return found;
}
