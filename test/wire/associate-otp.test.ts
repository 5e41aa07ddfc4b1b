import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, testApp } from '../support/app.js';
import { authenticatorId, expectAnswer, expectError, RECOVERY_CODE } from './answers.js';
import { authenticatorApp, mfaApiToken, mfaToken } from './steps.js';

const started = {
  authenticator_type: 'otp',
  secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
  manual_input_code: expect.any(String),
  barcode_uri: expect.any(String),
  id: authenticatorId('totp'),
  expires_in: 600,
};

describe('POST /mfa/associate with otp', () => {
  test('answers with the secret, its barcode and the recovery code', async () => {
    const t = await testApp();
    const answer = await client(t.app).associate(await mfaToken(t), OTP);
    expectAnswer(answer, 200, { ...started, recovery_codes: [RECOVERY_CODE] });
    const { secret, manual_input_code: manual, barcode_uri: barcode } = answer.body;
    expect(manual).toBe(secret);
    const { protocol, host, pathname, searchParams } = new URL(barcode);
    expect([protocol, host, decodeURIComponent(pathname)]).toEqual([
      'otpauth:',
      'totp',
      '/Example:ann@example.com',
    ]);
    expect(Object.fromEntries(searchParams)).toEqual({
      secret,
      issuer: 'Example',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
    expect(t.messages).toEqual([]);
  });

  test('has no recovery code beside the first enrollment', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const answer = await client(t.app).associate(await mfaApiToken(t), OTP);
    expectAnswer(answer, 200, started);
  });

  test('takes a bare string, several types of which the first counts, and a form', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    for (const types of ['otp', ['otp', 'oob']]) {
      const answer = await c.associate(token, { authenticator_types: types });
      expect(answer.body.authenticator_type).toBe('otp');
    }
    const form = c.http.post('/mfa/associate').set('Authorization', `Bearer ${token}`);
    await form.type('form').send({ authenticator_types: 'otp' }).expect(200);
  });

  test('ignores what belongs to other types', async () => {
    const t = await testApp();
    const body = { ...OTP, oob_channels: ['sms'], phone_number: 'nonsense', Token: 'x' };
    const answer = await client(t.app)
      .associate(await mfaToken(t), body)
      .expect(200);
    expect(answer.body.authenticator_type).toBe('otp');
    expect(t.messages).toEqual([]);
  });

  test('needs authenticator_types, of otp and oob', async () => {
    const t = await testApp();
    const token = await mfaToken(t);
    const missing = await client(t.app).associate(token, {});
    const text = 'Missing required parameter: authenticator_types';
    expectError(missing, 400, 'invalid_request', text);
    for (const types of ['webauthn', ['recovery-code'], ['otp', 'duo'], [['otp']], { 0: 'otp' }]) {
      const wrong = await client(t.app).associate(token, { authenticator_types: types });
      const reason = expect.stringMatching(/^Invalid parameter: authenticator_types must be /);
      expectError(wrong, 400, 'invalid_request', reason);
    }
  });
});

describe('the proof of an authenticator app', () => {
  test('is inactive until its first code, and active afterwards', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    const { secret } = (await c.associate(token, OTP)).body;
    const active = async () => (await c.list(await mfaToken(t))).body.map((it: Line) => it.active);
    type Line = { active: boolean };
    expect(await active()).toEqual([false, false]);
    await c.otp(token, authenticatorApp(t, secret)()).expect(200);
    expect(await active()).toEqual([true, true]);
  });

  test('may be one step early or late, and counts once', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    const show = authenticatorApp(t, (await c.associate(token, OTP)).body.secret);
    await c.otp(token, show(-2)).expect(403);
    await c.otp(token, show(-1)).expect(200);
    await c.otp(await mfaToken(t), show(-1)).expect(403);
    await c.otp(await mfaToken(t), show(1)).expect(200);
    const used = await c.otp(await mfaToken(t), show(0));
    expectError(used, 403, 'invalid_grant', 'Invalid otp_code.');
  });

  test('comes from the newest of several enrollments, and from the same login', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    const older = authenticatorApp(t, (await c.associate(token, OTP)).body.secret);
    const newer = authenticatorApp(t, (await c.associate(token, OTP)).body.secret);
    await c.otp(token, older()).expect(403);
    const elsewhere = await c.otp(await mfaToken(t), newer());
    expect(elsewhere.body.error).toBe('unsupported_challenge_type');
    await c.otp(token, newer()).expect(200);
  });

  test('needs no challenge, and a challenge of it sends nothing', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    const { id, secret } = (await c.associate(token, OTP)).body;
    const show = authenticatorApp(t, secret);
    await c.otp(token, show()).expect(200);
    const again = await mfaToken(t);
    const challenge = await c.challenge({ mfa_token: again, challenge_type: 'otp' });
    expectAnswer(challenge, 200, { challenge_type: 'otp', authenticator_id: id });
    await c.otp(again, show(1)).expect(200);
    expect(t.messages).toEqual([]);
  });
});
