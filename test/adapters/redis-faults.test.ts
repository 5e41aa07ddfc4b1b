// What the loss of everything in Redis, of its newest writes, or of Redis itself does to the bounds (F-06, R-021).
import { DatabaseSync } from '@photostructure/sqlite';
import { combineStores } from 'express-mfa/adapters/combine';
import { redisStores } from 'express-mfa/adapters/redis';
import { sqliteStores } from 'express-mfa/adapters/sqlite';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import type { Response } from 'supertest';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { client, enrollPhone, PHONE, type TestApp, testApp } from '../support/app.js';
import { copies, enrollOtp, mfaToken, totp, wrongCode } from '../support/attack.js';
import { onFreePort } from '../support/free-port.js';
import { startRedis } from '../support/redis.js';

/** A server for this file alone, since it is emptied and killed; without one, only its own keys are removed. */
const redisUrl = inject('redisUrl');
let server = redisUrl ? await onFreePort((port) => startRedis(port)) : undefined;
const canRestart = server !== undefined;
const url = server?.url ?? redisUrl;
const closes: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closes) await close();
  await server?.stop();
});

/** Two servers of the same app on one SQLite and Redis, and what an operator does to Redis. */
async function world() {
  const prefix = `faults-${closes.length}:`;
  const redis = createClient({
    url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: 20 },
  });
  redis.on('error', () => {});
  await redis.connect();
  const hand = new Redis(url, { retryStrategy: () => 20 });
  hand.on('error', () => {});
  const database = new DatabaseSync(':memory:');
  closes.push(() => {
    redis.destroy();
    hand.disconnect();
    database.close();
  });
  const lost = { writes: false };
  const stores = combineStores({
    durable: sqliteStores(database),
    shortLived: redisStores({
      prefix,
      // A write that is acknowledged, and lost in a failover.
      sendCommand: async (args) =>
        lost.writes && /^(EVAL|SET|DEL|HDEL)/.test(args[0] ?? '') ? null : redis.sendCommand(args),
    }),
  });
  const app = await testApp({ sharedStores: stores });
  const other = await testApp({ sharedStores: stores, clock: app.clock });
  return Object.assign(app, { other, lost, ...operator(hand, prefix) });
}

function operator(hand: Redis, prefix: string) {
  const keys = () => hand.keys(`${prefix}*`);
  return {
    keys,
    async flush() {
      if (canRestart) await hand.flushall();
      if (canRestart) await hand.script('FLUSH');
      for (const key of await keys()) await hand.del(key);
    },
    /** @returns what puts Redis back to the state of now */
    async snapshot() {
      const state = await Promise.all(
        (await keys()).map(async (key) => ({ key, data: await hand.dumpBuffer(key) })),
      );
      return async () => {
        for (const key of await keys()) await hand.del(key);
        for (const { key, data } of state) await hand.restore(key, 0, data, 'REPLACE');
        return state.length;
      };
    },
  };
}

const evaluated = ({ events }: Pick<TestApp, 'events'>) =>
  events.filter(({ event, reason }) => event === 'mfa.verify.fail' && reason === 'wrong').length;
const told = ({ status, body }: Response) => `${status} ${body.error ?? ''}`.trim();

describe.skipIf(!url)('with logins in Redis', { timeout: 60_000 }, () => {
  it('200 wrong codes with FLUSHALL after every third: 5 are compared, then 429', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const { login, otp } = client(w.app);
    const answers: string[] = [];
    let token = '';
    for (let i = 0; i < 200; i++) {
      if (i % 3 === 0) token = (await login().expect(403)).body.mfa_token;
      const wrong = wrongCode(totp(secret, w.clock.now()), 1 + i);
      answers.push(told(await otp(token, wrong)));
      if (i % 3 === 2) await w.flush();
    }
    expect(evaluated(w)).toBe(5);
    expect(answers.slice(0, 5)).toEqual(Array(5).fill('403 invalid_grant'));
    expect(new Set(answers.slice(5))).toEqual(new Set(['429 too_many_attempts']));
    token = (await login().expect(403)).body.mfa_token;
    expect(told(await otp(token, totp(secret, w.clock.now())))).toBe('429 too_many_attempts');
  });

  it('a login whose keys are flushed is gone, and its user logs in again', async () => {
    const w = await world();
    await enrollPhone(w);
    const { challenge, oob } = client(w.app);
    const token = await mfaToken(w);
    const { oob_code: oobCode } = (await challenge({ mfa_token: token }).expect(200)).body;
    await w.flush();
    expect(told(await oob(token, oobCode, w.code()))).toMatch(/^40\d (invalid|expired)/);
    expect(evaluated(w)).toBe(0);
    w.clock.advance(60);
    const again = await mfaToken(w);
    const next = (await challenge({ mfa_token: again }).expect(200)).body;
    await oob(again, next.oob_code, w.code()).expect(200);
  });

  it('messages stay counted over FLUSHALL', async () => {
    const w = await world();
    await enrollPhone(w);
    const statuses: number[] = [];
    for (let i = 0; i < 14; i++) {
      w.clock.advance(1200); // past every wait and window of minutes
      const token = await mfaToken(w);
      statuses.push((await client(w.app).challenge({ mfa_token: token })).status);
      await w.flush();
    }
    // With the one that enrolled: 10 in 24 hours.
    expect(w.messages).toHaveLength(10);
    expect(statuses).toEqual([...Array(9).fill(200), ...Array(5).fill(429)]);
  });

  it('a used mfa_token whose keys come back is as good as unknown, also with a new code', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const { otp } = client(w.app);
    const token = await mfaToken(w);
    const restore = await w.snapshot();
    await otp(token, totp(secret, w.clock.now())).expect(200);
    expect(await restore()).toBeGreaterThan(0);
    w.clock.advance(60);
    const code = totp(secret, w.clock.now());
    const refused = await otp(token, code);
    expect(told(refused)).toBe('403 invalid_grant');
    expect(refused.body.error_description).toBe('Malformed mfa_token');
    // The right code was not used up by it.
    await otp(await mfaToken(w), code).expect(200);
  });

  it('a used challenge whose keys come back cannot be replayed', async () => {
    const w = await world();
    await enrollPhone(w);
    w.clock.advance(60);
    const token = await mfaToken(w);
    const { challenge, oob } = client(w.app);
    const { oob_code: oobCode } = (await challenge({ mfa_token: token }).expect(200)).body;
    const restore = await w.snapshot();
    await oob(token, oobCode, w.code()).expect(200);
    await restore();
    expect((await oob(token, oobCode, w.code())).status).toBe(403);
    expect((await client(w.other.app).oob(token, oobCode, w.code())).status).toBe(403);
    expect((await challenge({ mfa_token: token })).status).toBe(403);
  });

  it('a removal that is acknowledged and lost changes nothing', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const { otp } = client(w.app);
    const token = await mfaToken(w);
    w.lost.writes = true;
    await otp(token, totp(secret, w.clock.now())).expect(200);
    w.lost.writes = false;
    expect(await w.keys()).not.toEqual([]);
    w.clock.advance(60);
    expect((await otp(token, totp(secret, w.clock.now()))).status).toBe(403);
  });

  it('an older state buys no message: the login is gone', async () => {
    const w = await world();
    await enrollPhone(w);
    w.clock.advance(60);
    const token = await mfaToken(w);
    const restore = await w.snapshot();
    const { challenge } = client(w.app);
    await challenge({ mfa_token: token }).expect(200);
    const sent = w.messages.length;
    for (let i = 0; i < 3; i++) {
      await restore(); // before the first message, hence without its wait
      expect((await challenge({ mfa_token: token })).status).toBe(403);
    }
    expect(w.messages).toHaveLength(sent);
  });

  it('an older code does not live again when the state of its time comes back', async () => {
    const w = await world();
    await enrollPhone(w);
    w.clock.advance(60);
    const token = await mfaToken(w);
    const { challenge, oob } = client(w.app);
    const first = (await challenge({ mfa_token: token }).expect(200)).body;
    const code = w.code();
    const restore = await w.snapshot();
    w.clock.advance(40);
    await challenge({ mfa_token: token }).expect(200);
    await restore();
    expect((await oob(token, first.oob_code, code)).status).toBe(403);
  });

  it('100 requests for a message at once over two servers send one', async () => {
    const w = await world();
    await enrollPhone(w);
    w.clock.advance(60);
    const token = await mfaToken(w);
    const before = w.messages.length;
    const at = (i: number) => client(i % 2 ? w.app : w.other.app);
    const answers = await copies(100, (i) => at(i).challenge({ mfa_token: token }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(w.messages.length + w.other.messages.length - before).toBe(1);
  });

  it('50 copies of the right code at once over two servers: one success', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const token = await mfaToken(w);
    const code = totp(secret, w.clock.now());
    const at = (i: number) => client(i % 2 ? w.app : w.other.app);
    const answers = await copies(50, (i) => at(i).otp(token, code));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('abandoned logins leave keys that all end by themselves', async () => {
    const w = await world();
    await enrollPhone(w);
    for (let i = 0; i < 8; i++) await mfaToken(w);
    w.clock.advance(60);
    await client(w.app)
      .challenge({ mfa_token: await mfaToken(w) })
      .expect(200);
    const hand = new Redis(url);
    const keys = await w.keys();
    const ends = await Promise.all(keys.map((key) => hand.pttl(key)));
    hand.disconnect();
    expect(keys.length).toBeLessThanOrEqual(5 + 2 + 1); // five logins, their index, deliveries
    for (const ms of ends) expect(ms).toBeGreaterThan(0);
    for (const ms of ends) expect(ms).toBeLessThanOrEqual(660_000);
  });

  it('no code, token or number stands in Redis in the clear', async () => {
    const w = await world();
    await enrollPhone(w);
    w.clock.advance(60);
    const token = await mfaToken(w);
    const { challenge } = client(w.app);
    const { oob_code: oobCode } = (await challenge({ mfa_token: token }).expect(200)).body;
    const hand = new Redis(url);
    const keys = await w.keys();
    const dumps = await Promise.all(
      keys.map(async (key) =>
        (await hand.type(key)) === 'hash'
          ? JSON.stringify(await hand.hgetall(key))
          : ((await hand.get(key)) ?? ''),
      ),
    );
    hand.disconnect();
    const all = [...keys, ...dumps].join('\n');
    expect(all).toContain('u1');
    // A code of six digits may stand in a hash or a time by chance: as a value of its own it does not.
    expect(all).not.toMatch(new RegExp(`\\b${w.code()}\\b`));
    for (const secret of [token, oobCode, PHONE.slice(1), 'ann@example.com']) {
      expect(all).not.toContain(secret);
    }
  });

  it.skipIf(!canRestart)('a Redis that is killed answers 503, and starts empty', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const { otp, login } = client(w.app);
    const token = await mfaToken(w);
    for (let i = 1; i <= 3; i++) await otp(token, wrongCode(totp(secret, w.clock.now()), i));
    await server?.stop();
    const right = totp(secret, w.clock.now());
    expect((await otp(token, right)).status).toBe(503);
    expect((await login()).status).toBe(503);
    await expect(w.mfa.ready()).rejects.toMatchObject({ missing: ['shortLived'] });
    server = await startRedis(Number(new URL(url).port));
    await expect
      .poll(() => {
        w.clock.advance(1); // an answer counts for a second
        return w.mfa.ready().then(
          () => true,
          () => false,
        );
      })
      .toBe(true);
    expect((await otp(token, right)).status).toBe(403); // not known any more
    const again = await mfaToken(w);
    const answers: string[] = [];
    for (let i = 4; i <= 9; i++) {
      answers.push(told(await otp(again, wrongCode(right, i))));
    }
    expect(evaluated(w)).toBe(5);
    expect(answers.slice(2)).toEqual(Array(4).fill('429 too_many_attempts'));
  });
});
