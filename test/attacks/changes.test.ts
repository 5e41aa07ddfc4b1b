// What a change of a user's authenticators, password or account cuts off, and whom it is told to.
import type { PolicyAnswer } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, PHONE, SMS, testApp } from '../support/app.js';
import { enrollOtp, mfaAccessToken, mfaToken, totp, world, wrongCode } from '../support/attack.js';

describe('R-056: when the authenticators change', () => {
  test('R-056: a code on its way to another login is dead, that login may ask for a new one', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const phone = (await w.at(0).associate(access, SMS).expect(200)).body;
    await w.at(0).oob(access, phone.oob_code, w.code()).expect(200);
    w.clock.advance(60);
    const other = await mfaToken(w);
    const { oob_code: oobCode } = (
      await w.at(0).challenge({ mfa_token: other, challenge_type: 'oob' }).expect(200)
    ).body;
    const code = w.code();
    w.clock.advance(1);
    const fresh = await mfaAccessToken(w, { secret });
    const totpId = (await w.at(0).list(fresh)).body.find(
      (it: { authenticator_type: string }) => it.authenticator_type === 'otp',
    ).id;
    await w.at(0).remove(fresh, totpId).expect(204);
    w.clock.advance(40);
    await w.at(0).oob(other, oobCode, code).expect(401);
    const again = (await w.at(0).challenge({ mfa_token: other, challenge_type: 'oob' })).body;
    await w.at(0).oob(other, again.oob_code, w.code()).expect(200);
  });
});

describe('R-030, R-056, R-082: the user is told', () => {
  const told = async () => {
    const notices: { to: string; subject?: string | undefined; text: string }[] = [];
    const t = await testApp({
      notices: async (message) => {
        notices.push(message);
      },
    });
    return { t, notices };
  };

  test('R-056: of an authenticator that was added, and R-030: of a lane that closed, once an hour, at every address', async () => {
    const { t, notices } = await told();
    const http = client(t.app);
    const { mfa_token: token } = (await http.login()).body;
    const { secret } = (await http.associate(token, OTP)).body;
    await http.otp(token, totp(secret, t.clock.now())).expect(200);
    await t.mfa.settled();
    expect(notices).toMatchObject([{ to: 'ann@example.com', subject: 'authenticator.added' }]);
    t.clock.advance(60);
    for (let round = 0; round < 2; round++) {
      const { mfa_token: next } = (await http.login()).body;
      for (let i = 1; i <= 5; i++) {
        await http.otp(next, wrongCode(totp(secret, t.clock.now()), i)).expect(403);
      }
      t.clock.advance(301);
    }
    await t.mfa.settled();
    expect(notices.map(({ subject }) => subject)).toEqual([
      'authenticator.added',
      'guesses.locked',
    ]);
    for (const { text } of notices) expect(text).not.toMatch(/[0-9]{6}/);
  });

  test('R-082: of a recovery code that was used', async () => {
    const { t, notices } = await told();
    const { recoveryCode } = await enrollPhone(t);
    t.clock.advance(60);
    await client(t.app)
      .recovery((await client(t.app).login()).body.mfa_token, recoveryCode)
      .expect(200);
    await t.mfa.settled();
    const used = notices.filter(({ subject }) => subject === 'recovery.used');
    expect(used.map(({ to }) => to)).toEqual([PHONE, 'ann@example.com']);
  });
});

describe('R-062: a deleted user', () => {
  test('R-062: leaves nothing behind, and every token of theirs is dead', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const token = await mfaToken(w);
    w.clock.advance(1);
    await w.mfa.onUserDeleted('u1');
    await w.at(0).list(access).expect(401);
    await w.at(0).list(token).expect(401);
    await w.at(0).otp(token, totp(secret, w.clock.now())).expect(403);
  });
});

describe('the first authenticator', () => {
  test('is not enrolled with a password alone where the host says no', async () => {
    const t = await testApp({ allowSelfEnrollment: ({ id }) => id !== 'u1' });
    const http = client(t.app);
    await http.associate((await http.login()).body.mfa_token, OTP).expect(403);
    const bob = { username: 'bob@example.com', password: 'battery staple' };
    await http.associate((await http.login(bob)).body.mfa_token, OTP).expect(200);
  });

  test('is not removed when it is the last one and the host objects', async () => {
    const asked: string[] = [];
    let policy: PolicyAnswer = 'enroll';
    const w = await world({
      policy: () => policy,
      onDowngrade: ({ id }) => {
        asked.push(id);
        return false;
      },
    });
    const { secret, id } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    policy = 'none';
    await w.at(0).remove(access, id).expect(403);
    expect((await w.at(0).list(access)).body).toHaveLength(2);
    expect(asked).toEqual(['u1']);
  });
});

describe('how likely a break is', () => {
  test('D5: the bound is that of SECURITY.md section 4, from the numbers that are charged by', async () => {
    const { mfa } = await testApp();
    const [otp, oob, recovery] = mfa.guessBound();
    expect(otp?.perDay).toBeCloseTo(4.5e-5, 8);
    expect(oob?.perDay).toBeCloseTo(1.5e-5, 8);
    expect(oob?.perYear).toBeCloseTo(7.3e-4, 6);
    expect(otp?.perDayWithDevice).toBeCloseTo(9e-5, 7);
    expect(recovery?.perYear).toBeLessThan(1e-30);
  });
});
