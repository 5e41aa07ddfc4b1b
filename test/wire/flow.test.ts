import { Secret, TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, SMS, testApp } from '../support/app.js';

describe('the main job', () => {
  test('password, associate, confirm, list, log in again by sms, add otp, recover', async () => {
    const t = await testApp();
    const c = client(t.app);
    const required = await c.login({ scope: 'openid profile' }).expect(403);
    expect(required.body).toEqual({
      error: 'mfa_required',
      error_description: 'Multifactor authentication required',
      mfa_token: expect.stringMatching(/^mfa_[\w-]{70}$/),
      mfa_requirements: { enroll: [{ type: 'otp' }, { type: 'phone' }] },
    });
    const mfaToken = required.body.mfa_token;
    const started = await c.associate(mfaToken, SMS).expect(200);
    expect(started.body).toEqual({
      authenticator_type: 'oob',
      binding_method: 'prompt',
      oob_channel: 'sms',
      oob_code: expect.stringMatching(/^oob_[\w-]{70}$/),
      recovery_codes: [expect.stringMatching(/^[A-Z0-9]{24}$/)],
      id: expect.stringMatching(/^sms\|dev_[A-Za-z0-9]{16}$/),
      expires_in: 300,
    });
    const tokens = await c.oob(mfaToken, started.body.oob_code, t.code()).expect(200);
    expect(tokens.body).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      scope: 'openid profile',
      expires_in: 86400,
      token_type: 'Bearer',
    });
    const again = (await c.login().expect(403)).body;
    expect(again.mfa_requirements).toEqual({
      challenge: [{ type: 'phone' }, { type: 'recovery-code' }, { type: 'oob' }],
    });
    const list = (await c.list(again.mfa_token).expect(200)).body;
    expect(list.map((it: { id: string }) => it.id.split('|')[0])).toEqual([
      'sms',
      'voice',
      'recovery-code',
    ]);
    const asked = (await c.challenge({ mfa_token: again.mfa_token }).expect(200)).body;
    await c.oob(again.mfa_token, asked.oob_code, t.code()).expect(200);

    const third = (await c.login({ audience: 'https://auth.example.com/mfa' }).expect(403)).body;
    const askedAgain = (await c.challenge({ mfa_token: third.mfa_token }).expect(200)).body;
    const jwt = (await c.oob(third.mfa_token, askedAgain.oob_code, t.code()).expect(200)).body;
    expect(jwt.expires_in).toBe(600);
    const otp = (await c.associate(jwt.access_token, OTP).expect(200)).body;
    expect(otp.recovery_codes).toBeUndefined();
    const totp = new TOTP({ secret: Secret.fromBase32(otp.secret) });
    const code = totp.generate({ timestamp: t.clock.now() });
    await c.otp(jwt.access_token, code).expect(200);
    const listed = (await c.list(jwt.access_token).expect(200)).body;
    expect(listed.map((it: { active: boolean }) => it.active)).toEqual([true, true, true, true]);

    const fourth = (await c.login().expect(403)).body;
    const recovered = await c
      .recovery(fourth.mfa_token, started.body.recovery_codes[0])
      .expect(200);
    expect(recovered.body.recovery_code).toMatch(/^[A-Z0-9]{24}$/);
    const fifth = (await c.login().expect(403)).body;
    await c.recovery(fifth.mfa_token, started.body.recovery_codes[0]).expect(403);
    await c.recovery(fifth.mfa_token, recovered.body.recovery_code).expect(200);
  });

  test('a wrong code is refused, the right one after it accepted', async () => {
    const t = await testApp();
    const { id } = await enrollPhone(t);
    const c = client(t.app);
    const { mfa_token: mfaToken } = (await c.login().expect(403)).body;
    const { oob_code: oobCode } = (
      await c.challenge({ mfa_token: mfaToken, authenticator_id: id }).expect(200)
    ).body;
    const wrong = String((Number(t.code()) + 1) % 1_000_000).padStart(6, '0');
    const refused = await c.oob(mfaToken, oobCode, wrong).expect(403);
    expect(refused.body).toEqual({
      error: 'invalid_grant',
      error_description: 'Invalid binding_code.',
    });
    await c.oob(mfaToken, oobCode, t.code()).expect(200);
  });
});
