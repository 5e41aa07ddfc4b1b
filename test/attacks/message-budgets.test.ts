// D12, D13, D14, D16: what bounds messages over many users, and what they cost.
import { generateKeys, importAuthenticators } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { describe, expect, test } from 'vitest';
import { client, testKeys } from '../support/app.js';
import { retryAfter } from '../support/attack.js';
import { crowd, fictional, fromAnywhere, german } from '../support/messages.js';
import { storeKinds } from '../support/store-kinds.js';

const sent = async (answers: Promise<{ status: number }>[]) =>
  (await Promise.all(answers)).filter(({ status }) => status === 200).length;
const each = <T>(count: number, ask: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => ask(i + 1));

describe.each(storeKinds)('on %s', (_, makeStores) => {
  test('D12, R-130, B32: ten messages in an hour from one address, thirty in a day, however it is spelled', async () => {
    const t = await crowd({ stores: await makeStores() });
    const spellings = ['198.51.100.9', '::ffff:198.51.100.9', '::FFFF:c633:6409'];
    let user = 0;
    const burst = (count: number) =>
      sent(each(count, (i) => t.enroll({ user: ++user, from: spellings[i % 3] as string })));
    expect(await burst(25)).toBe(10);
    expect(t.reason()).toBe('ip');
    expect(await t.enroll({ user: 200, from: '198.51.100.10' })).toMatchObject({ status: 200 });
    t.clock.advance(3600);
    expect(await burst(25)).toBe(10);
    t.clock.advance(3600);
    expect(await burst(25)).toBe(10);
    t.clock.advance(3600);
    const refused = await t.enroll({ user: 201, from: '198.51.100.9' });
    expect(refused.status).toBe(429);
    expect(retryAfter(refused)).toBe(86_400 - 3 * 3600);
  });

  test('D12: an IPv6 customer has one budget for the /64; an IPv4 network sixty an hour', async () => {
    const t = await crowd({ stores: await makeStores() });
    const six = each(15, (i) => t.enroll({ user: i, from: `2001:db8:1:2::${i}` }));
    expect(await sent(six)).toBe(10);
    expect((await t.enroll({ user: 20, from: '2001:db8:1:3::1' })).status).toBe(200);
    const four = each(70, (i) => t.enroll({ user: 100 + i, from: `198.51.100.${i}` }));
    expect(await sent(four)).toBe(60);
    expect(t.reason()).toBe('network');
  });

  test('D13: ten messages in an hour to the numbers of one block; fictional numbers have none', async () => {
    const t = await crowd({ stores: await makeStores() });
    expect(await sent(each(20, (i) => t.enroll({ user: i, to: german(10, i) })))).toBe(10);
    expect(t.reason()).toBe('prefix');
    expect((await t.enroll({ user: 50, to: german(11, 1) })).status).toBe(200);
    const films = each(20, (i) => t.enroll({ user: 100 + i, to: `+1555555${1000 + i}` }));
    expect(await sent(films)).toBe(20);
    t.clock.advance(3600);
    expect((await t.enroll({ user: 51, to: german(10, 51) })).status).toBe(200);
  });

  test('D16: enrollments get half of what is sent in an hour, and logins with active factors all of it', async () => {
    const sends = { totalPerHour: 60, perCountryPerHour: 1000 };
    const t = await crowd({ stores: await makeStores(), sends });
    for (const i of each(50, (it) => 300 + it)) {
      await importAuthenticators(t.mfa, `u${i}`, [{ phone: { value: fictional(i) } }]);
    }
    expect(await sent(each(50, (i) => t.enroll({ user: i })))).toBe(30);
    expect(t.reason()).toBe('total');
    expect(await sent(each(50, (i) => t.challenge({ user: 300 + i })))).toBe(30);
    expect(t.messages).toHaveLength(60);
  });

  test('D16: calls have a budget of their own, by the hour', async () => {
    const t = await crowd({ stores: await makeStores(), sends: { voicePerHour: 20 } });
    const call = (i: number) => t.enroll({ user: i, channel: 'voice' });
    expect(await sent(each(30, call))).toBe(10);
    expect(t.reason()).toBe('voice');
    expect((await t.enroll({ user: 60 })).status).toBe(200);
  });

  test('D16: the day has a budget as well, to the quarter of an hour, and mail counts', async () => {
    const t = await crowd({ stores: await makeStores(), sends: { totalPerDay: 40 } });
    const mail = (i: number) => t.enroll({ user: i, channel: 'email', to: `m${i}@example.com` });
    expect(await sent(each(30, mail))).toBe(20);
    const refused = await mail(31);
    t.clock.advance(retryAfter(refused) - 1);
    expect(retryAfter(await mail(32))).toBe(1);
    t.clock.advance(1);
    expect((await mail(33)).status).toBe(200);
  });

  test('a country has a budget, fictional numbers of it too', async () => {
    const t = await crowd({ stores: await makeStores(), sends: { perCountryPerHour: 12 } });
    expect(await sent(each(20, (i) => t.enroll({ user: i })))).toBe(12);
    expect(t.reason()).toBe('country');
    expect((await t.enroll({ user: 30, to: '+447700900123' })).status).toBe(200);
  });
});

describe('a message that is refused', () => {
  test('R-130: leaves the code before it valid, and says truly when the next one goes', async () => {
    const t = await crowd({ sends: { perIpPerHour: 2 } });
    const from = '198.51.100.9';
    await importAuthenticators(t.mfa, 'u1', [{ phone: { value: fictional(1) } }]);
    const http = client(t.app);
    const token = await t.token({ user: 1 });
    const ask = () => http.challenge({ mfa_token: token }).set('X-Forwarded-For', from);
    const { oob_code: first } = (await ask().expect(200)).body;
    const code = t.code();
    t.clock.advance(40);
    expect((await t.enroll({ user: 2, from })).status).toBe(200);
    const refused = await ask();
    expect([refused.status, refused.body.error]).toEqual([429, 'too_many_attempts']);
    expect(retryAfter(refused)).toBe(3600 - 40);
    await http.oob(token, first, code).expect(200);
  });

  test('R-130: costs neither the login nor the user nor the number anything', async () => {
    const t = await crowd({ sends: { perIpPerHour: 1 } });
    const from = '198.51.100.9';
    expect((await t.enroll({ user: 1, from })).status).toBe(200);
    const bearer = await t.token({ user: 2 });
    for (let i = 0; i < 20; i++) {
      expect((await t.enroll({ user: 2, from, to: fictional(2) }, bearer)).status).toBe(429);
    }
    const { account } = await t.mfa.store.load({ userId: 'u2' });
    expect(account?.sends).toEqual([]);
    expect((await t.enroll({ user: 2, to: fictional(2) }, bearer)).status).toBe(200);
  });

  test('gives back what a gateway certainly did not take, in every budget', async () => {
    const t = await crowd({ sends: { perIpPerHour: 2, totalPerHour: 4 } });
    t.sendWith = async () => {
      throw new Error('the gateway said no');
    };
    const from = '198.51.100.9';
    for (let i = 1; i <= 8; i++) {
      expect((await t.enroll({ user: i, from, to: german(10, i) })).status).toBe(502);
    }
    t.sendWith = undefined;
    const two = [t.enroll({ user: 11, from }), t.enroll({ user: 12, from })];
    expect(await sent(two)).toBe(2);
  });
});

describe('D14, R-131: numbers that are never messaged', () => {
  const refused = [
    ['+33612345678', 'country', 'FR'],
    ['+447031234567', 'type', 'GB'],
    ['+448700123456', 'type', 'GB'],
    ['+19005550123', 'type', 'US'],
    ['+18005550123', 'type', 'US'],
    ['+4932123456', 'type', 'DE'],
    ['+881612345678', 'country', '+881'],
    ['+870773111632', 'country', '+870'],
    ['+18765550123', 'country', 'JM'],
  ] as const;

  test.each(refused)(
    '%s: no message, a generic error, an event with %s',
    async (to, reason, country) => {
      const t = await crowd();
      for (const channel of ['sms', 'voice'] as const) {
        const { status, body } = await t.enroll({ user: 1, to, channel });
        expect([status, body.error, body.error_description]).toEqual([
          400,
          'invalid_phone_number',
          'The phone number is invalid.',
        ]);
        const told = t.events.at(-1);
        expect(told).toMatchObject({ event: 'sms.blocked', channel, reason, outcome: 'fail' });
        expect(told?.country).toBe(country);
        expect(told?.target).toBe('X'.repeat(to.length - 4) + to.slice(-4));
        expect(told?.alert).toBeUndefined();
      }
      expect(t.messages).toEqual([]);
    },
  );

  test('R-131: a number enrolled before its country went off the list gets no code either', async () => {
    const t = await crowd();
    const body = { challenge_type: 'oob' };
    await importAuthenticators(t.mfa, 'u1', [{ phone: { value: '+33612345678' } }]);
    const answer = await t.challenge({ user: 1 }, body);
    expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
    expect(t.events.at(-1)).toMatchObject({ event: 'sms.blocked', reason: 'country' });
    expect(t.messages).toEqual([]);
  });
});

test('D12: loopback is everybody behind a proxy of the same machine, and is not counted', async () => {
  const t = await crowd();
  expect(await sent(each(40, (i) => t.enroll({ user: i, from: '127.0.0.1' })))).toBe(40);
  expect(await sent(each(40, (i) => t.enroll({ user: 50 + i, from: '::1' })))).toBe(40);
});

test('D12, D13: a new pepper starts no count anew, as long as the one before it is known', async () => {
  const stores = memoryStores();
  const before = await crowd({ stores });
  const from = '198.51.100.9';
  expect(await sent(each(10, (i) => before.enroll({ user: i, from })))).toBe(10);
  expect(await sent(each(10, (i) => before.enroll({ user: 20 + i, to: german(10, i) })))).toBe(10);
  const keys = await testKeys();
  const { pepper: fresh } = await generateKeys();
  const pepper = { current: fresh.current, previous: [keys.pepper.current] };
  const after = await crowd({ stores, keys: { ...keys, pepper } });
  expect((await after.enroll({ user: 40, from })).status).toBe(429);
  expect((await after.enroll({ user: 41, to: german(10, 41) })).status).toBe(429);
  expect(after.reason()).toBe('prefix');
  expect((await after.enroll({ user: 42, to: german(11, 42) })).status).toBe(200);
});

test('neither addresses nor number blocks stand in the store', async () => {
  const keys: string[] = [];
  const stores = memoryStores();
  const t = await crowd({
    stores: (issuer) => {
      const store = stores(issuer);
      return {
        ...store,
        reserve(windows, now) {
          keys.push(...windows.map(({ key }) => key));
          return store.reserve(windows, now);
        },
      };
    },
  });
  await t.enroll({ user: 1, from: '198.51.100.9', to: german(10, 1) });
  expect(keys.filter((it) => it.startsWith('send:1h:')).length).toBeGreaterThan(5);
  expect(keys.join()).not.toMatch(/198\.51|4915112/);
});

describe('shadow mode', () => {
  test('only reports what D12 to D16 would refuse; users and numbers are bounded all the same', async () => {
    const t = await crowd({ shadowBudgets: true, sends: { totalPerHour: 20 } });
    expect(t.events).toContainEqual(
      expect.objectContaining({ event: 'config.unsafe', reason: 'shadow_budgets' }),
    );
    const from = '198.51.100.9';
    expect(await sent(each(15, (i) => t.enroll({ user: i, from })))).toBe(15);
    const reported = t.events.filter(({ event }) => event === 'mfa.rate_limited');
    expect(reported).toHaveLength(5);
    for (const event of reported) {
      expect(event).toMatchObject({ shadow: true, reason: 'ip', channel: 'sms', outcome: 'fail' });
      expect(event.userId).toMatch(/^u\d+$/);
    }
    const hot = each(6, (i) => t.enroll({ user: 100 + i, to: fictional(1000) }));
    expect(await sent(hot)).toBe(3);
    expect(t.events.findLast(({ event }) => event === 'mfa.rate_limited')).not.toHaveProperty(
      'shadow',
    );
  });

  test('counts as if it refused: what it reports is what would have been refused', async () => {
    const t = await crowd({ shadowBudgets: true });
    for (let i = 1; i <= 30; i++) {
      expect((await t.enroll({ user: i, to: german(10, i), from: fromAnywhere(i) })).status).toBe(
        200,
      );
    }
    const reasons = t.events.filter(({ shadow }) => shadow).map(({ reason }) => reason);
    expect(reasons).toEqual(Array(20).fill('prefix'));
    t.clock.advance(3600);
    t.events.length = 0;
    expect((await t.enroll({ user: 31, to: german(10, 31) })).status).toBe(200);
    expect(t.events.filter(({ shadow }) => shadow)).toEqual([]);
  });
});
