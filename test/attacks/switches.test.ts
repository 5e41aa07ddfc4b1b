// What an operator stops at run time, on every process.
import type { Switch } from 'express-mfa';
import { oob, recoveryCode, sms, voice } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { describe, expect, test } from 'vitest';
import { testClock } from '../support/app.js';
import { retryAfter } from '../support/attack.js';
import { crowd, fictional, german } from '../support/messages.js';
import { storeKinds } from '../support/store-kinds.js';

/** Two processes on one store, with named senders. */
async function two(stores = memoryStores()) {
  const clock = testClock();
  const messages: string[] = [];
  const sender = (name: string) => ({
    name,
    send: async ({ to }: { to: string }) => void messages.push(`${name} ${to}`),
  });
  const countries = ['US', 'GB', 'DE'];
  const authenticators = () => [
    oob({
      channels: [
        sms({ send: sender('acme'), countries }),
        voice({ send: sender('bell'), countries }),
      ],
    }),
    recoveryCode(),
  ];
  const process = () => crowd({ stores, clock, authenticators: authenticators() });
  return { a: await process(), b: await process(), clock, messages };
}

describe.each(storeKinds)('on %s', (_, makeStores) => {
  test('off stops messages at once here and within 2 seconds elsewhere; on lets them go again', async () => {
    const { a, b, clock } = await two(await makeStores());
    let user = 1;
    const status = async (t: typeof a) => (await t.enroll({ user: user++ })).status;
    expect([await status(a), await status(b)]).toEqual([200, 200]);
    await a.mfa.switches.off({ channel: 'sms' });
    expect(await status(a)).toBe(503);
    clock.advance(2);
    expect(await status(b)).toBe(503);
    await b.mfa.switches.on({ channel: 'sms' });
    expect(await status(b)).toBe(200);
    clock.advance(2);
    expect(await status(a)).toBe(200);
  });
});

const cases: readonly (readonly [Switch, readonly string[]])[] = [
  [{ channel: 'sms' }, ['voice US', 'voice DE']],
  [{ country: 'DE' }, ['sms US', 'voice US']],
  [{ country: 'US' }, ['sms DE', 'voice DE']],
  [{ sender: 'bell' }, ['sms US', 'sms DE']],
  [{ channel: 'sms', country: 'DE' }, ['sms US', 'voice US', 'voice DE']],
  [{ sender: 'bell', country: 'DE' }, ['sms US', 'sms DE', 'voice US']],
  [{}, []],
];
test.each(cases)('%j stops what fits all of it, and lets %j go', async (off, goes) => {
  const { a } = await two();
  await a.mfa.switches.off(off);
  const went: string[] = [];
  let user = 1;
  for (const channel of ['sms', 'voice'] as const) {
    for (const country of ['US', 'DE']) {
      const to = country === 'US' ? fictional(user) : german(10 + user, user);
      const { status } = await a.enroll({ user: user++, channel, to });
      if (status === 200) went.push(`${channel} ${country}`);
    }
  }
  expect(went.sort()).toEqual([...goes].sort());
});

test('what is switched off answers 503, charges nothing, and says in an event why', async () => {
  const { a, messages } = await two();
  await a.mfa.switches.off({ sender: 'acme' });
  const bearer = await a.token({ user: 1 });
  const refused = await a.enroll({ user: 1 }, bearer);
  expect([refused.status, refused.body.error]).toEqual([503, 'temporarily_unavailable']);
  expect(retryAfter(refused)).toBe(60);
  const failed = a.events.findLast(({ event }) => event === 'mfa.challenge.delivery_failed');
  expect(failed).toMatchObject({ reason: 'switch', channel: 'sms', userId: 'u1' });
  expect(messages).toEqual([]);
  await a.mfa.switches.on({ sender: 'acme' });
  expect((await a.enroll({ user: 1 }, bearer)).status).toBe(200);
});

test('switches are listed, one of each, and told as events that are stored', async () => {
  const { a, b } = await two();
  await a.mfa.switches.off({ channel: 'sms', country: 'DE' });
  await b.mfa.switches.off({ channel: 'sms', country: 'DE' });
  await b.mfa.switches.off({ sender: 'bell', channel: undefined });
  const all = [{ channel: 'sms', country: 'DE' }, { sender: 'bell' }];
  expect(await a.mfa.switches.list()).toEqual(all);
  await a.mfa.switches.on({ country: 'DE' }); // not the same one
  expect(await b.mfa.switches.list()).toEqual(all);
  await a.mfa.switches.on({ country: 'DE', channel: 'sms' });
  expect(await b.mfa.switches.list()).toEqual([{ sender: 'bell' }]);
  const { events } = await a.mfa.auditLog({ limit: 1000 });
  const switched = events.filter(({ event }) => event.startsWith('switch.'));
  expect(switched.map(({ event }) => event)).toEqual([
    'switch.off',
    'switch.off',
    'switch.off',
    'switch.on',
    'switch.on',
  ]);
  expect(switched[0]).toMatchObject({ channel: 'sms', country: 'DE' });
});

test.each([
  [{ channel: 'SMS' }, 'switches.channel'],
  [{ channel: 'whatsapp' }, 'switches.channel'],
  [{ sender: 'acme-sms' }, 'switches.sender'],
  [{ country: 'Germany' }, 'switches.country'],
  [{ country: 'de' }, 'switches.country'],
  [{ countries: ['DE'] }, 'switches.countries'],
  ['sms', 'switches.0'],
])('%j would stop nothing, and is refused', async (what, path) => {
  const { a } = await two();
  const refusal = { code: 'ERR_MFA_SWITCH', path };
  await expect(a.mfa.switches.off(what as Switch)).rejects.toMatchObject(refusal);
  await expect(a.mfa.switches.on(what as Switch)).rejects.toMatchObject(refusal);
  expect(await a.mfa.switches.list()).toEqual([]);
});

test('R-010: while the store cannot say what is off, nothing is sent', async () => {
  const stores = memoryStores();
  let down = false;
  const t = await crowd({
    stores: (issuer) => {
      const store = stores(issuer);
      return {
        ...store,
        async load(keys) {
          if (down && keys.userId?.startsWith('express-mfa ')) throw new Error('down');
          return store.load(keys);
        },
      };
    },
  });
  const bearer = await t.token({ user: 1 });
  down = true;
  expect((await t.enroll({ user: 1 }, bearer)).status).toBe(503);
  expect(t.messages).toEqual([]);
});

test('notices stop too, by channel, sender or country', async () => {
  const told: string[] = [];
  const notices = {
    name: 'postman',
    send: async ({ to, text }: { to: string; text: string }) => void told.push(`${to} ${text}`),
  };
  const t = await crowd({ notices });
  const enroll = async (user: number) => {
    await t.enrolled({ user });
    await t.mfa.settled();
  };
  await enroll(1);
  expect(told).toEqual([expect.stringContaining('user1@example.com auth.example.com: A sign-in')]);
  await t.mfa.switches.off({ sender: 'postman' });
  await enroll(2);
  await t.mfa.switches.on({ sender: 'postman' });
  await t.mfa.switches.off({ channel: 'notice' });
  await enroll(3);
  expect(told).toHaveLength(1);
  const failed = t.events.filter(({ event }) => event === 'notice.failed');
  expect(failed.map(({ reason }) => reason)).toEqual(['switch', 'switch']);
});
