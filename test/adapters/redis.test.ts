import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type RedisOptions, redisStores } from '../../lib/adapters/redis.js';
import { freshIssuer } from '../../lib/testing/contract/case.js';
import { delivery, transaction } from '../../lib/testing/contract/records.js';

const redisUrl = inject('redisUrl');

describe('redisStores()', () => {
  it.each([
    ['sendCommand', {}],
    ['sendCommand', { sendCommand: 'redis://127.0.0.1' }],
    ['prefix', { sendCommand: async () => null, prefix: 'mfa{' }],
    ['prefix', { sendCommand: async () => null, prefix: 7 }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => redisStores(options as unknown as RedisOptions)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'ERR_MFA_REDIS',
        message: expect.stringContaining(option),
      }),
    );
  });

  it('takes buffers for text', async () => {
    const replies: Record<string, unknown> = {
      HMGET: [Buffer.from(JSON.stringify(transaction())), Buffer.from('3')],
      GET: Buffer.from(JSON.stringify(delivery())),
    };
    const sendCommand = async ([name = '']: string[]) => replies[name];
    const store = redisStores({ sendCommand })(freshIssuer());
    expect(await store.load({ transactionId: 'tx', deliveryId: 'dl' })).toEqual({
      transaction: transaction(),
      revision: 3,
      delivery: delivery(),
    });
  });

  it('does not take any other answer', async () => {
    for (const reply of [7, true, {}, 'QUEUED']) {
      const store = redisStores({ sendCommand: async () => reply })(freshIssuer());
      await expect(store.load({ transactionId: 'tx' })).rejects.toThrow(TypeError);
    }
  });
});

describe.skipIf(!redisUrl)('logins in Redis', () => {
  let redis: Redis;
  let asked: string[][] = [];
  const prefix = `redis-test-${process.pid}:`;
  const open = () =>
    redisStores({
      prefix,
      sendCommand: ([name = '', ...args], key) => {
        expect([name, ...args]).toContain(key);
        asked.push([name, ...args]);
        return redis.call(name, ...args);
      },
    })(freshIssuer());
  const keys = () => redis.keys(`${prefix}*`);
  beforeAll(() => {
    redis = new Redis(redisUrl);
  });
  afterAll(async () => {
    for (const key of await keys()) await redis.del(key);
    redis.disconnect();
  });

  it('a put that comes late does not take the place of a newer one', async () => {
    const store = open();
    await store.apply({ revision: 5, put: { transactions: [transaction({ sends: 2 })] } });
    await store.apply({ revision: 4, put: { transactions: [transaction({ sends: 1 })] } });
    const { transaction: found, revision } = await store.load({ transactionId: 'tx' });
    expect([found?.sends, revision]).toEqual([2, 5]);
    await store.apply({ revision: 5, put: { transactions: [transaction({ sends: 3 })] } });
    expect((await store.load({ transactionId: 'tx' })).transaction?.sends).toBe(3);
  });

  it('a login that sent a message meanwhile is not forgotten, though the index says so', async () => {
    const store = open();
    const first = transaction({ id: 'first', createdAt: 1, expiresAt: 600_001 });
    await store.apply({ revision: 0, put: { transactions: [first] } });
    // What another process is about to do between its two commands: the message, but not yet the index.
    await redis.hset(await keyOf('first'), 'sends', '1');
    const next = transaction({ id: 'next', createdAt: 2, expiresAt: 600_002 });
    await store.apply({ revision: 0, put: { transactions: [next] }, keepTransactions: 0 });
    expect((await store.load({ transactionId: 'first' })).transaction).toEqual(first);
  });

  async function keyOf(id: string): Promise<string> {
    for (const key of await redis.keys(`${prefix}transaction*`)) {
      if ((await redis.hget(key, 'data'))?.includes(`"id":"${id}"`)) return key;
    }
    throw new Error(`no ${id}`);
  }

  it('the index of logins names none that was removed or has ended', async () => {
    const store = open();
    const put = (id: string, createdAt: number, sends = 0) =>
      store.apply({
        revision: 0,
        put: { transactions: [transaction({ id, createdAt, sends, userId: 'eve' })] },
        keepTransactions: 1,
      });
    await put('used', 1, 1);
    await store.apply({ revision: 1, remove: { transactions: ['used'] } });
    await put('a', 2);
    await put('b', 3); // would push a out, were used still counted
    expect((await store.load({ transactionId: 'a' })).transaction?.id).toBe('a');
  });

  it('every key ends by itself, a minute after what it holds', async () => {
    const store = open();
    const before = new Set(await keys());
    const life = { createdAt: 1000, expiresAt: 301_000 };
    await store.apply({
      revision: 0,
      put: { transactions: [transaction(life)], deliveries: [delivery(life)] },
      keepTransactions: 4,
    });
    await store.ready();
    const made = (await keys()).filter((it) => !before.has(it) && it !== `${prefix}ready`);
    expect(made).toHaveLength(3);
    for (const key of made) {
      const left = await redis.pttl(key);
      expect(left).toBeGreaterThan(355_000);
      expect(left).toBeLessThanOrEqual(360_000);
    }
  });

  it('scripts are sent by their digest, and whole when Redis has forgotten them', async () => {
    const store = open();
    const put = { transactions: [transaction()] };
    await store.apply({ revision: 0, put });
    asked = [];
    await store.apply({ revision: 0, put });
    expect(asked.map(([name]) => name)).toEqual(['EVALSHA', 'EVALSHA']);
    const errors = redisStores({
      prefix,
      sendCommand: async ([name = '', ...args]) => {
        if (name === 'EVALSHA') throw new Error('NOSCRIPT No matching script.');
        return redis.call(name, ...args);
      },
    })(freshIssuer());
    await errors.apply({ revision: 0, put });
    expect((await errors.load({ transactionId: 'tx' })).transaction).toEqual(transaction());
  });

  it('an error of a script is not taken for a script that is unknown', async () => {
    const names: string[] = [];
    const store = redisStores({
      sendCommand: async ([name = '']) => {
        names.push(name);
        throw new Error('OOM command not allowed');
      },
    })(freshIssuer());
    const put = { transactions: [transaction()] };
    await expect(store.apply({ revision: 0, put })).rejects.toThrow('OOM');
    expect(names).not.toContain('EVAL');
  });
});
