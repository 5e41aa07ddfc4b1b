// A Redis and its replica, with a link between them that can be made a black hole.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from '../support/free-port.js';
import { type RedisServer, startRedis } from '../support/redis.js';
import { type RoundRobin, roundRobin } from './round-robin.js';

type Server = RedisServer & { readonly port: number };

export interface RedisPair {
  /** Of the primary. */
  readonly port: number;
  /**
   * What is written meanwhile is acknowledged and never reaches the replica, which is then promoted; the primary
   * is killed, and the new one gets a replica of its own.
   */
  failover(meanwhile: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

export async function redisPair(): Promise<RedisPair> {
  let primary = await start();
  let link: RoundRobin | undefined;
  let replica: Server | undefined;

  async function follow(): Promise<void> {
    link = await roundRobin([primary.port]);
    replica = await start({ replicaof: `127.0.0.1 ${link.port}` });
    await synced(replica.port);
  }
  await follow();
  return {
    get port() {
      return primary.port;
    },
    async failover(meanwhile) {
      const promoted = replica as Server;
      link?.pause();
      await meanwhile();
      await primary.stop(); // kill -9
      link?.resume('lose');
      await command(promoted.port, 'REPLICAOF', 'NO', 'ONE');
      await link?.close();
      primary = promoted;
      await follow();
    },
    async close() {
      await Promise.all([primary.stop(), replica?.stop(), link?.close()]);
    },
  };
}

async function start(more: Readonly<Record<string, string>> = {}): Promise<Server> {
  const port = await freePort();
  const server = await startRedis(port, { 'repl-diskless-sync-delay': '0', ...more });
  if (!server) throw new Error('no redis-server, and none could be fetched');
  return { ...server, port };
}

/** Runs one command on a connection of its own. */
export async function command(port: number, ...args: string[]): Promise<unknown> {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    client.destroy();
  }
}

async function synced(port: number): Promise<void> {
  for (let tries = 400; tries > 0; tries--) {
    const info = String(await command(port, 'INFO', 'replication'));
    if (info.includes('master_link_status:up')) return;
    await sleep(50);
  }
  throw new Error('the replica does not follow');
}
