// D15: messages that nobody wanted for their codes.
import { describe, expect, test } from 'vitest';
import type { Conversion } from '../../lib/core/sends/conversion.js';
import { retryAfter } from '../support/attack.js';
import { crowd, german } from '../support/messages.js';
import { storeKinds } from '../support/store-kinds.js';

type Crowd = Awaited<ReturnType<typeof crowd>>;

/** One more real number, of a block that has room. */
const number = (i: number) => german(10 + (i % 80), i);

const alarms = (t: Crowd) =>
  t.events.filter(({ event, alert }) => event === 'sms.blocked' && alert);

/** Asks for codes that nobody enters, until one is refused. @returns how many were sent */
async function pump(t: Crowd, first: number, count: number): Promise<number> {
  const before = t.messages.length;
  for (let i = first; i < first + count; i++) {
    const { status } = await t.enroll({ user: i, to: number(i) });
    if (status !== 200) break;
  }
  return t.messages.length - before;
}

describe.each(storeKinds)('R-132: on %s', (_, makeStores) => {
  test('sixty codes that nobody enters: fifty are sent, the country is blocked, all else goes on', async () => {
    const t = await crowd({ stores: await makeStores() });
    const asked = Array.from({ length: 60 }, (_it, i) => t.enroll({ user: i + 1, to: number(i) }));
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
    expect(t.messages).toHaveLength(50);
    expect(alarms(t)).toEqual([expect.objectContaining({ country: 'DE', reason: 'conversion' })]);
    const refused = await t.enroll({ user: 70, to: number(70) });
    expect([refused.status, refused.body.error]).toEqual([503, 'temporarily_unavailable']);
    expect(retryAfter(refused)).toBe(3600);
    expect((await t.enroll({ user: 71 })).status).toBe(200); // a number of a film
    expect((await t.enroll({ user: 72, to: '+447400123456' })).status).toBe(200);
    const mail = { user: 73, channel: 'email', to: 'x@example.com' } as const;
    expect((await t.enroll(mail)).status).toBe(200);
  });

  test('a quarter of the codes is enough, and is known to every process', async () => {
    const stores = await makeStores();
    const [a, b] = [await crowd({ stores }), await crowd({ stores })];
    for (let i = 1; i <= 14; i++) {
      expect((await a.enrolled({ user: i, to: number(i) })).status).toBe(200);
    }
    await a.mfa.settled();
    // 14 came back: there is room for 56.
    expect(await pump(b, 20, 60)).toBe(42);
    expect(alarms(b)).toHaveLength(1);
  });
});

describe('R-132: a block', () => {
  test('ends by itself, comes back for twice as long, and is forgotten after a quiet day', async () => {
    const t = await crowd();
    let user = 1;
    const blocked = async () => {
      expect(await pump(t, user, 60)).toBe(50);
      user += 60;
      const refused = await t.enroll({ user: user++, to: number(user) });
      t.clock.advance(retryAfter(refused));
      return retryAfter(refused) / 3600;
    };
    expect(await blocked()).toBe(1);
    expect(await blocked()).toBe(2);
    expect(await blocked()).toBe(4);
    t.clock.advance(24 * 3600);
    expect(await blocked()).toBe(1);
  });

  test('is never longer than a day', async () => {
    const t = await crowd({ sends: { perCountryPerDay: 900_000 } });
    const { changeShared } = await import('../../lib/core/fleet/shared-state.js');
    const before = { verified: [], blocks: 7, length: 20 * 3_600_000 };
    const DE: Conversion = { ...before, blockedUntil: t.clock.now() - 1000 };
    await changeShared(t.mfa, (state) => ({ ...state, conversion: { DE } }));
    expect(await pump(t, 1, 60)).toBe(50);
    expect(retryAfter(await t.enroll({ user: 80, to: number(80) }))).toBe(86_400);
  });

  test('ends when an operator says so', async () => {
    const t = await crowd();
    expect(await pump(t, 1, 60)).toBe(50);
    await t.mfa.switches.on({ country: 'DE' });
    expect(await pump(t, 100, 60)).toBe(50);
    expect(alarms(t)).toHaveLength(2);
  });

  test('does not come from another country, nor from codes that came back an hour ago', async () => {
    const t = await crowd();
    for (let i = 1; i <= 20; i++) await t.enrolled({ user: i, to: number(i) });
    await t.mfa.settled();
    t.clock.advance(3600 + 301);
    expect(await pump(t, 30, 60)).toBe(50);
    expect((await t.enroll({ user: 120, to: '+447400123456' })).status).toBe(200);
  });

  test('is only reported in shadow mode', async () => {
    const t = await crowd({ shadowBudgets: true });
    expect(await pump(t, 1, 60)).toBe(60);
    const reported = t.events.filter(({ shadow }) => shadow);
    expect(reported.map(({ reason, country }) => `${reason} ${country}`)).toEqual(
      Array(10).fill('conversion DE'),
    );
    expect(alarms(t)).toEqual([]);
  });

  test('comes later for an app that may send more: at a twentieth of its hour', async () => {
    const t = await crowd({ sends: { totalPerHour: 1400 } });
    expect(await pump(t, 1, 100)).toBe(70);
  });
});

test('D15: what came back is told in few changes, however many codes come back at once', async () => {
  const t = await crowd();
  const { countVerified } = await import('../../lib/core/sends/conversion.js');
  const { readShared } = await import('../../lib/core/fleet/shared-state.js');
  for (let i = 0; i < 200; i++) countVerified(t.mfa, i % 2 ? 'DE' : 'FR');
  await t.mfa.settled();
  const { conversion } = await readShared(t.mfa);
  const total = (country: string) =>
    conversion?.[country]?.verified.reduce((sum, [, count]) => sum + count, 0);
  expect([total('DE'), total('FR')]).toEqual([100, 100]);
  expect(t.mfa.conversions.telling).toBe(false);
});
