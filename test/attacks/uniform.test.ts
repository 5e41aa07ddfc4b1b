// answers that would tell something are the same, byte for byte. `npm run timing` measures their times.
import type { Response } from 'supertest';
import { expect, test } from 'vitest';
import { client, enrollPhone, PHONE, SMS, testApp } from '../support/app.js';
import {
  associated,
  challenged,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  totp,
  wrongCode,
} from '../support/attack.js';

const BOB = { username: 'bob@example.com', password: 'battery staple' };

/** All that a client sees, but for the date. */
function seen({ status, body, headers }: Response) {
  const { date: _, ...others } = headers;
  return { status, body, headers: others };
}

function same(answers: readonly Response[], status: number) {
  const [first, ...others] = answers.map(seen);
  expect(first?.status).toBe(status);
  for (const other of others) expect(other).toEqual(first);
}

test('R-118: a wrong password: of nobody, of a user, of one with a factor, one whose guesses wait, one who is blocked', async () => {
  const t = await testApp();
  const c = client(t.app);
  const { secret } = await enrollOtp(t);
  const token = await mfaToken(t);
  for (let i = 1; i <= 6; i++) await c.otp(token, wrongCode(totp(secret, t.clock.now()), i));
  const names = [
    'nobody@example.com',
    'bob@example.com',
    'ann@example.com',
    'eve@example.com',
    'x',
  ];
  const answers: Response[] = [];
  for (const username of names) answers.push(await c.login({ username, password: 'wrong' }));
  same(answers, 403);
});

test('R-118: an mfa_token that never was, was used, or is of a user who changed the password', async () => {
  const t = await testApp();
  const c = client(t.app);
  const { secret } = await enrollOtp(t);
  const [used, dead] = [await mfaToken(t), await mfaToken(t, BOB)];
  await c.otp(used, totp(secret, t.clock.now())).expect(200);
  await t.mfa.onPasswordChanged('u2');
  const forged = `${used.slice(0, -1)}${used.endsWith('A') ? 'B' : 'A'}`;
  const tokens = [forged, used, dead, 'mfa_', 'x'];
  const [challenges, lists, guesses]: Response[][] = [[], [], []];
  for (const token of tokens) {
    challenges?.push(await c.challenge({ mfa_token: token }));
    lists?.push(await c.list(token));
    guesses?.push(await c.otp(token, '000000'));
  }
  same(challenges as Response[], 403);
  same(lists as Response[], 401);
  same(guesses as Response[], 403);
});

test("R-118: an authenticator that never was, is somebody else's, or is not confirmed", async () => {
  const t = await testApp();
  const c = client(t.app);
  const { secret } = await enrollOtp(t);
  const bobs = await enrollPhone(t, { phone: '+15555550177', login: BOB });
  const access = await mfaAccessToken(t, { secret });
  const ids = ['totp|dev_AAAAAAAAAAAAAAAA', bobs.id, 'sms|dev_', 'totp|'];
  const [removals, challenges]: Response[][] = [[], []];
  const token = await mfaToken(t);
  for (const id of ids) {
    removals?.push(await c.remove(access, id));
    challenges?.push(await c.challenge({ mfa_token: token, authenticator_id: id }));
  }
  same(removals as Response[], 404);
  same(challenges as Response[], challenges?.[0]?.status as number);
  expect(challenges?.[0]?.status).toBeGreaterThanOrEqual(400);
});

test('R-118: a wrong code, whichever digit is wrong, and a code of an app that was used before', async () => {
  const t = await testApp();
  const c = client(t.app);
  await enrollPhone(t);
  t.clock.advance(600);
  const { token, oobCode, code } = await challenged(t);
  const wrong = [0, 3, 5].map((place) => {
    const digit = (Number(code[place]) + 1) % 10;
    return `${code.slice(0, place)}${digit}${code.slice(place + 1)}`;
  });
  const answers: Response[] = [];
  for (const it of wrong) answers.push(await c.oob(token, oobCode, it));
  same(answers, 403);

  const other = await testApp();
  const { secret } = await enrollOtp(other);
  const used = totp(secret, other.clock.now());
  await client(other.app)
    .otp(await mfaToken(other), used)
    .expect(200);
  const next = await mfaToken(other);
  same(
    [await client(other.app).otp(next, used), await client(other.app).otp(next, wrongCode(used))],
    403,
  );
});

test('R-118: enrolling a number that others have answers like one that nobody has', async () => {
  const t = await testApp();
  await enrollPhone(t, { phone: PHONE, login: BOB });
  const taken = await associated(t);
  const free = await testApp();
  const fresh = await associated(free);
  const shape = (body: Record<string, unknown>) =>
    Object.entries(body).map(([k, v]) => [k, typeof v]);
  expect(shape(taken.body)).toEqual(shape(fresh.body));
  expect(SMS.phone_number).toBe(PHONE);
});
