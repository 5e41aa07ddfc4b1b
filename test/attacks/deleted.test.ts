import type { PolicyAnswer } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { enrollPhone, OTP, SMS, testApp } from '../support/app.js';
import {
  associated,
  challenged,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  spareApp,
  totp,
  world,
  wrongCode,
} from '../support/attack.js';

describe('an authenticator that was deleted', () => {
  test('R-054: takes its live challenges with it', async () => {
    const w = await world();
    const { id } = await enrollPhone(w);
    await spareApp(w);
    const waiting = await challenged(w);
    w.clock.advance(1);
    const access = await mfaAccessToken(w);
    await w.at(0).remove(access, id).expect(204);
    const answer = await w.at(0).oob(waiting.token, waiting.oobCode, waiting.code);
    expect(answer.body.access_token).toBeUndefined();
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  test('R-054: as voice takes sms with it', async () => {
    const w = await world();
    const { id } = await enrollPhone(w);
    await spareApp(w);
    const access = await mfaAccessToken(w);
    await w.at(0).remove(access, id.replace('sms|', 'voice|')).expect(204);
    expect((await w.at(0).remove(access, id)).status).toBe(404);
  });

  test('R-054: while pending, cannot be confirmed any more', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const { id, oob_code: oobCode } = (await w.at(0).associate(access, SMS).expect(200)).body;
    await w.at(0).remove(access, id).expect(204);
    expect((await w.at(0).oob(access, oobCode, w.code())).body.access_token).toBeUndefined();
    const list = (await w.at(0).list(access).expect(200)).body;
    expect(list.map((it: { type: string }) => it.type)).toEqual(['otp', 'recovery-code']);
  });

  test('R-054: is not removed by an access token that a password alone gave before it was enrolled', async () => {
    const w = await world();
    const login = { audience: 'https://auth.example.com/mfa/', scope: 'remove:authenticators' };
    const parked = (await w.at(0).login(login).expect(200)).body.access_token;
    const { id } = await enrollPhone(w);
    expect((await w.at(0).remove(parked, id)).status).toBe(401);
  });

  test('R-021: is not what makes a second enrollment with its own budget', async () => {
    let policy: PolicyAnswer = 'enroll';
    const w = await world({ policy: () => policy });
    const { secret, id } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const right = totp(secret, w.clock.now());
    const token = await mfaToken(w);
    for (let i = 1; i <= 4; i++) await w.at(0).otp(token, wrongCode(right, i)).expect(403);
    policy = 'none';
    await w.at(0).remove(access, id).expect(204);
    policy = 'enroll';
    const again = await mfaToken(w);
    const started = (await w.at(0).associate(again, OTP).expect(200)).body;
    const code = totp(started.secret, w.clock.now());
    await w.at(0).otp(again, wrongCode(code)).expect(403);
    expect((await w.at(0).otp(again, code)).status).toBe(429);
  });
});

describe('an access token for the MFA API, as the login of an enrollment', () => {
  test('R-004: confirms only what it started, and only for its client', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const one = await mfaAccessToken(w, { secret });
    w.clock.advance(60);
    const two = await mfaAccessToken(w, { secret });
    const { oob_code: oobCode } = (await w.at(0).associate(one, SMS).expect(200)).body;
    await w.at(0).associate(two, OTP).expect(200);
    expect((await w.at(0).oob(two, oobCode, w.code())).status).toBe(400);
    expect((await w.at(0, 'other').oob(one, oobCode, w.code())).status).toBe(400);
    await w.at(0).oob(one, oobCode, w.code()).expect(200);
  });

  test('R-006: whose enrollment was confirmed does not confirm it again', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const { oob_code: oobCode } = (await w.at(0).associate(access, SMS).expect(200)).body;
    const code = w.code();
    await w.at(0).oob(access, oobCode, code).expect(200);
    expect((await w.at(0).oob(access, oobCode, code)).body.access_token).toBeUndefined();
  });
});

test('R-052: what has expired is as good as gone, whether or not it was purged', async () => {
  const t = await testApp();
  const { token } = await associated(Object.assign(t, { urls: [], at: () => undefined as never }));
  expect(token).toMatch(/^mfa_/);
  t.clock.advance(601);
  expect(await t.mfa.purge()).toBeGreaterThanOrEqual(3);
  const { transaction, authenticators } = await t.mfa.store.load({ userId: 'u1' });
  expect([transaction, authenticators]).toEqual([undefined, []]);
});
