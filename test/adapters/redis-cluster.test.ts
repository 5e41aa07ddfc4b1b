// In a cluster a command or script that touches keys of two slots is refused, and so is one sent without its key.
import { combineStores } from 'express-mfa/adapters/combine';
import { memoryStores } from 'express-mfa/adapters/memory';
import { redisStores, type SendCommand } from 'express-mfa/adapters/redis';
import { storeContract } from 'express-mfa/testing';
import { Cluster, Redis } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import type { Stores } from '../../lib/ports/index.js';
import { onFreePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';

/** One node with every slot. Its port for the cluster's own talk must be free as well. */
const node = inject('redisUrl')
  ? await onFreePort((port) =>
      startRedis(port, {
        'cluster-enabled': 'yes',
        'cluster-port': String(port - 10_000),
        'cluster-announce-ip': '127.0.0.1',
      }),
    )
  : undefined;
const url = node?.url ?? '';
const closes: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closes) await close();
  await node?.stop();
});

beforeAll(async () => {
  if (!node) return;
  const hand = new Redis(url);
  await hand.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  while (!String(await hand.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  hand.disconnect();
});

const clients: Readonly<Record<string, () => Promise<SendCommand>>> = {
  async 'node-redis'() {
    const cluster = createCluster({ rootNodes: [{ url }] });
    cluster.on('error', () => {});
    await cluster.connect();
    closes.push(() => cluster.destroy());
    return (args, key) => cluster.sendCommand(key, false, args);
  },
  async ioredis() {
    const cluster = new Cluster([url]);
    closes.push(() => cluster.disconnect());
    return ([name = '', ...args]) => cluster.call(name, ...args);
  },
};

describe.skipIf(!node)('the store contract, in memory and a Redis cluster', () => {
  for (const [client, sender] of Object.entries(clients)) {
    let stores: Stores;
    beforeAll(async () => {
      const shortLived = redisStores({ sendCommand: await sender() });
      stores = combineStores({ durable: memoryStores(), shortLived });
    });
    const cases = storeContract.filter(({ name }) => /^(load|commit)/.test(name));
    describe(`by ${client}`, () => {
      for (const { name, run } of cases) it(name, () => run(async () => [stores, stores]));
    });
  }
});
