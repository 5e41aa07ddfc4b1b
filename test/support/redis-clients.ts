// The Redis of the run, through each client that the page names.
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { SendCommand } from '../../lib/adapters/redis.js';

export interface RedisConnection {
  readonly sendCommand: SendCommand;
  close(): Promise<unknown>;
}

export type Connect = (url: string) => Promise<RedisConnection>;

const nodeRedis: Connect = async (url) => {
  const client = createClient({
    url,
    socket: { reconnectStrategy: 20 },
    disableOfflineQueue: true,
  });
  client.on('error', () => {});
  await client.connect();
  return { sendCommand: (args) => client.sendCommand(args), close: async () => client.destroy() };
};

const ioredis: Connect = async (url) => {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 20 });
  client.on('error', () => {});
  await client.connect();
  return {
    sendCommand: ([name = '', ...args]) => client.call(name, ...args),
    close: async () => client.disconnect(),
  };
};

export const redisClients: readonly (readonly [string, Connect])[] = [
  ['node-redis', nodeRedis],
  ['ioredis', ioredis],
];
