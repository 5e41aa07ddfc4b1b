// D8, D9: bounds over many accounts.
import type { Stores } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { describe, expect, test } from 'vitest';
import { recorded, threshold } from '../../lib/core/fleet/fleet.js';
import { client, testApp, testUsers } from '../support/app.js';
import { totp, wrongCode } from '../support/attack.js';

const HOUR = 3_600_000;

const people = Array.from({ length: 40 }, (_, i) => ({
  id: `p${i}`,
  email: `p${i}@example.com`,
  password: 'correct horse',
}));

async function crowd(trustProxy = false, sharedStores: Stores = memoryStores()) {
  const t = await testApp({ seedUsers: [...testUsers, ...people], sharedStores });
  if (trustProxy) t.app.set('trust proxy', 1);
  const secrets = new Map<string, string>();
  for (const { email } of people) {
    const http = client(t.app);
    const { mfa_token: token } = (await http.login({ username: email }).expect(403)).body;
    const { body } = await http.associate(token, { authenticator_types: ['otp'] }).expect(200);
    await http.otp(token, totp(body.secret, t.clock.now())).expect(200);
    secrets.set(email, body.secret);
  }
  t.clock.advance(60);
  const guess = async (email: string, from: string, code?: string) => {
    const http = client(t.app);
    const login = http.login({ username: email }).set('X-Forwarded-For', from);
    const { mfa_token: token } = (await login.expect(403)).body;
    const secret = totp(secrets.get(email) as string, t.clock.now());
    return (await http.otp(token, code ?? secret).set('X-Forwarded-For', from)).status;
  };
  const wrong = (email: string, from: string) =>
    guess(email, from, wrongCode(totp(secrets.get(email) as string, t.clock.now())));
  return { t, guess, wrong };
}

describe('D8: one address', () => {
  test('D8: has 30 wrong codes in an hour over all accounts, in any spelling; others go on', async () => {
    const { t, guess, wrong } = await crowd(true);
    const spellings = ['203.0.113.9', '::ffff:203.0.113.9', '::FFFF:cb00:7109'];
    for (let i = 0; i < 30; i++) {
      expect(await wrong(people[i]?.email as string, spellings[i % 3] as string)).toBe(403);
    }
    const last = people[35]?.email as string;
    expect(await guess(last, '203.0.113.9')).toBe(429);
    expect(await guess(last, '203.0.113.10')).toBe(200);
    t.clock.advance(3601);
    expect(await guess(people[36]?.email as string, '203.0.113.9')).toBe(200);
  });

  test('D8: a /64 of IPv6 is one address, since one customer has all of it', async () => {
    const { guess, wrong } = await crowd(true);
    for (let i = 0; i < 30; i++) {
      expect(await wrong(people[i]?.email as string, `2001:db8:1:2:${i}::${i}`)).toBe(403);
    }
    const last = people[35]?.email as string;
    expect(await guess(last, '2001:db8:1:2:ffff::1')).toBe(429);
    expect(await guess(last, '2001:db8:1:3::1')).toBe(200);
  });

  test('D8: right codes are no failures, and what is not compared is none either', async () => {
    const { guess } = await crowd(true);
    for (const { email } of people) expect(await guess(email, '2001:db8::1')).toBe(200);
  });

  test('D8: a right code that cannot be given back to its address is a success all the same', async () => {
    const stores = memoryStores();
    const release = () => Promise.reject(new Error('no release'));
    const { t, guess } = await crowd(true, (issuer) => ({ ...stores(issuer), release }));
    expect(await guess(people[0]?.email as string, '203.0.113.9')).toBe(200);
    const failed = t.events.filter(({ event }) => event === 'store.failed');
    expect(failed.map(({ reason }) => reason)).toContain('release');
  });

  test('R-029, B19: an address that a client writes itself counts for nothing', async () => {
    const { guess, wrong } = await crowd(false);
    for (let i = 0; i < 32; i++) {
      expect(await wrong(people[i]?.email as string, '203.0.113.9')).toBe(403);
    }
    expect(await guess(people[35]?.email as string, '203.0.113.9')).toBe(200);
  });
});

describe('D9, R-031: the fleet breaker', () => {
  test('R-031: more than 60 failures in a minute turn attack mode on: 3 guesses per user; it ends by itself', async () => {
    const { t, guess, wrong } = await crowd(true);
    let from = 0;
    for (const { email } of people) {
      for (let i = 0; i < 2; i++) await wrong(email, `198.51.${from++ % 100}.1`);
    }
    await t.mfa.settled();
    t.clock.advance(3);
    const names = () => t.events.map(({ event }) => event).filter((it) => /attack_mode/.test(it));
    expect(names()).toEqual(['attack_mode.on']);
    const email = people[0]?.email as string;
    expect(await wrong(email, '192.0.2.1')).toBe(403);
    expect(await guess(email, '192.0.2.1')).toBe(429);
    t.clock.advance(2 * 3600);
    expect(await guess(email, '192.0.2.1')).toBe(200);
    await t.mfa.settled();
    expect(names()).toEqual(['attack_mode.on', 'attack_mode.off']);
  });

  test('D9: what is usual raises the threshold: ten times the median of 7 days', () => {
    const now = 1_000_000 * HOUR;
    expect(threshold({}, now)).toBe(60);
    const busy = Array.from({ length: 168 }, (_, i) => [now - (168 - i) * HOUR, 1200] as const);
    expect(threshold({ hours: busy }, now)).toBe(200);
    expect(recorded({ hours: busy }, 150, now).attackUntil).toBeUndefined();
    expect(recorded({ hours: busy }, 201, now).attackUntil).toBeGreaterThan(now);
  });
});
