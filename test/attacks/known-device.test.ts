// whoever merely has the password locks the owner out of no device that is known.
import { describe, expect, test } from 'vitest';
import { client, testApp, testUsers } from '../support/app.js';
import { totp, wrongCode } from '../support/attack.js';

type App = Awaited<ReturnType<typeof testApp>>;

const BOB = { username: 'bob@example.com', password: 'battery staple' };

/** A full enrollment, and what the browser of it keeps. */
async function enrolled(options: Parameters<typeof testApp>[0] = {}) {
  const t = await testApp(options);
  const http = client(t.app);
  const { mfa_token: token } = (await http.login().expect(403)).body;
  const { secret, recovery_codes: codes } = (
    await http.associate(token, { authenticator_types: ['otp'] }).expect(200)
  ).body;
  const answer = await http.otp(token, totp(secret, t.clock.now())).expect(200);
  t.clock.advance(60);
  const cookie = answer.headers['set-cookie']?.[0] ?? '';
  return { t, http, secret: secret as string, recovery: codes[0] as string, cookie };
}

const loginWith = async (t: App, cookie?: string, body: object = {}) => {
  const request = client(t.app).login(body as Record<string, unknown>);
  if (cookie) request.set('Cookie', cookie.split(';')[0] as string);
  return (await request.expect(403)).body.mfa_token as string;
};

/** Wrong codes until nothing is compared any more; how many were. */
async function exhaust(t: App, secret: string, cookie?: string): Promise<number> {
  let compared = 0;
  for (let i = 1; i <= 40; i++) {
    const token = await loginWith(t, cookie);
    const wrong = wrongCode(totp(secret, t.clock.now()), i);
    const { status } = await client(t.app).otp(token, wrong);
    if (status === 403) compared++;
    t.clock.advance(301);
  }
  return compared;
}

const right = async (t: App, secret: string, cookie?: string) => {
  const token = await loginWith(t, cookie);
  return (await client(t.app).otp(token, totp(secret, t.clock.now()))).status;
};

describe('a known device', () => {
  test('R-025, B20: logs in by TOTP while the lane for unknown devices is closed; R-111: its cookie is for this host alone', async () => {
    const { t, secret, cookie } = await enrolled();
    expect(cookie).toMatch(
      /^__Host-mfa_device=dev_[\w-]+; Path=\/; Max-Age=7776000; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(await exhaust(t, secret)).toBe(15);
    expect(await right(t, secret)).toBe(429);
    expect(await right(t, secret, cookie)).toBe(200);
    expect(await right(t, secret)).toBe(429); // the bound of the day holds all the same
  });

  test('R-025, D17: keeps its login while somebody with the password begins as many as there are', async () => {
    const { t, http, secret, cookie } = await enrolled();
    const own = await loginWith(t, cookie);
    const others = [];
    for (let i = 0; i < 12; i++) {
      t.clock.advance(1);
      others.push(await loginWith(t));
    }
    const live = [];
    for (const token of others) live.push((await http.list(token)).status);
    expect(live).toEqual([...Array(8).fill(401), ...Array(4).fill(200)]);
    await http.otp(own, totp(secret, t.clock.now())).expect(200);
  });

  test('D17: has five logins under way at most', async () => {
    const { t, http, cookie } = await enrolled();
    const own = [];
    for (let i = 0; i < 7; i++) {
      t.clock.advance(1);
      own.push(await loginWith(t, cookie));
    }
    const live = [];
    for (const token of own) live.push((await http.list(token)).status);
    expect(live).toEqual([401, 401, 200, 200, 200, 200, 200]);
  });

  test('D5: has 15 guesses a day of its own and no more', async () => {
    const { t, secret, cookie } = await enrolled();
    expect(await exhaust(t, secret, cookie)).toBe(15);
    expect(await right(t, secret, cookie)).toBe(429);
    expect(await right(t, secret)).toBe(200);
  });

  test('R-008: the cookie alone gives nothing, not even to its owner', async () => {
    const { t, cookie } = await enrolled();
    const { body } = await client(t.app).login().set('Cookie', cookie).expect(403);
    expect(body.error).toBe('mfa_required');
    expect((await client(t.app).http.get('/mfa/authenticators').set('Cookie', cookie)).status).toBe(
      401,
    );
  });

  test.each([
    ['another user’s', async (): Promise<string> => (await enrolled()).cookie, BOB],
    ['a forged one', async () => `__Host-mfa_device=dev_${'A'.repeat(70)}`, {}],
  ])('R-025, B25: %s cookie opens no lane', async (_name, cookieOf, other) => {
    const users = testUsers;
    const { t, secret } = await enrolled({ seedUsers: users });
    const cookie = 'username' in other ? await bobsCookie(t) : await cookieOf();
    await exhaust(t, secret);
    expect(await right(t, secret, cookie)).toBe(429);
  });

  test('R-007: a change of the password forgets it, and ends the logins under way', async () => {
    const { t, http, secret, cookie } = await enrolled();
    const before = await loginWith(t);
    t.clock.advance(1);
    await t.mfa.onPasswordChanged('u1');
    expect((await http.otp(before, totp(secret, t.clock.now()))).status).toBe(403);
    expect((await http.list(before)).status).toBe(401);
    await exhaust(t, secret);
    expect(await right(t, secret, cookie)).toBe(429);
  });

  test('D7: a recovery code passes while the factors are locked', async () => {
    const { t, http, secret, recovery } = await enrolled();
    await exhaust(t, secret);
    await http.recovery(await loginWith(t), recovery).expect(200);
  });

  test('R-025: an administrator opens the lane, and it is audited', async () => {
    const { t, secret } = await enrolled();
    await exhaust(t, secret);
    await t.mfa.unlock('u1');
    expect(await right(t, secret)).toBe(200);
    const ended = t.events.filter(({ event }) => event === 'mfa.lock.ended');
    expect(ended).toMatchObject([{ userId: 'u1', reason: 'administrator' }]);
  });
});

async function bobsCookie(t: App): Promise<string> {
  const token = await loginWith(t, undefined, BOB);
  const http = client(t.app);
  const { secret } = (await http.associate(token, { authenticator_types: ['otp'] })).body;
  const { headers } = await http.otp(token, totp(secret, t.clock.now())).expect(200);
  return headers['set-cookie']?.[0] ?? '';
}

describe('the month', () => {
  test('R-025: closed by 60 wrong codes, opens after a full login from a known device, once in 30 days; the day still holds', async () => {
    const { t, secret, cookie } = await enrolled();
    const days = async (count: number) => {
      for (let day = 0; day < count; day++) {
        expect(await right(t, secret, cookie)).toBe(200); // else 50 in a row disable the authenticator
        expect(await exhaust(t, secret)).toBe(15);
        t.clock.advance(86_400);
      }
    };
    await days(4);
    expect(await right(t, secret)).toBe(429);
    expect(await right(t, secret, cookie)).toBe(200);
    t.clock.advance(60);
    expect(await right(t, secret)).toBe(200);
    t.clock.advance(60);
    await days(4);
    expect(await right(t, secret, cookie)).toBe(200);
    expect(await right(t, secret)).toBe(429); // not twice in 30 days
  });
});
