import { combineStores } from 'express-mfa/adapters/combine';
import { redisStores } from 'express-mfa/adapters/redis';
import type { OpenDatabase } from './database.js';
import { errorMembers, log } from './log.js';

const CONNECT_MS = 1_000;
const COMMAND_MS = 2_000;
const AGAIN_MS = 500;

/**
 * Logins under way live in the Redis of `REDIS_URL`, everything that has to last stays in the database. Redis need
 * not be there yet, and may lose everything at any time; while it is away, logins are refused with 503.
 */
export async function withRedis(database: OpenDatabase, url: string): Promise<OpenDatabase> {
  const { createClient } = await import('redis');
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: COMMAND_MS },
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: AGAIN_MS },
  });
  let said: string | undefined;
  client.on('ready', () => {
    said = undefined;
  });
  client.on('error', (error: NodeJS.ErrnoException) => {
    const reason = error.code ?? error.message;
    if (reason !== said) log('redis.error', errorMembers(error)); // not at every try
    said = reason;
  });
  client.connect().catch(() => {}); // goes on by itself
  const shortLived = redisStores({ sendCommand: (args) => client.sendCommand(args) });
  const { RedisStore } = await import('connect-redis');
  return {
    ...database,
    sessions: new RedisStore({ client, prefix: 'example:session:' }),
    stores: combineStores({ durable: database.stores, shortLived }),
    name: `${database.name} and Redis`,
    async close() {
      client.destroy();
      await database.close();
    },
  };
}
