// What each SDK of wire.md section 14.1 sends, and what section 16 says it must find.
import { describe, expect, test } from 'vitest';
import { client, PHONE, SMS, testApp } from '../support/app.js';
import { authenticatorId, OOB_CODE, RECOVERY_CODE } from './answers.js';
import { bearer, prefix, TELEMETRY, web, webLogin, webUser, withoutBody } from './sdk.js';
import { enrollOtp, mfaApiToken, mfaToken } from './steps.js';

describe('Auth0.swift and Auth0.Android', () => {
  test('enroll, challenge and verify with JSON', async () => {
    const t = await testApp();
    const { http } = client(t.app);
    const token = await mfaToken(t);
    const send = (path: string, body: object, headers = {}) =>
      http
        .post(path)
        .set({ 'Auth0-Client': TELEMETRY, ...headers })
        .send(body);
    const started = (await send('/mfa/associate', SMS, bearer(token)).expect(200)).body;
    expect(started).toMatchObject({
      binding_method: 'prompt',
      oob_channel: 'sms',
      oob_code: OOB_CODE,
    });
    expect(started).not.toHaveProperty('recovery_code');
    const proof = { grant_type: `${prefix}mfa-oob`, client_id: 'spa', mfa_token: token };
    const right = { ...proof, oob_code: started.oob_code, binding_code: t.code() };
    const { body } = await send('/oauth/token', right).expect(200);
    expect(Number.isInteger(body.expires_in)).toBe(true);

    const again = await mfaToken(t);
    const id = started.id;
    const ask = { client_id: 'spa', challenge_type: 'oob', authenticator_id: id, mfa_token: again };
    const asked = (await send('/mfa/challenge', ask).expect(200)).body;
    expect(asked).toMatchObject({ challenge_type: 'oob', oob_code: OOB_CODE });
  });
});

describe('auth0-java and go-auth0', () => {
  test('enroll with client credentials in the body, several channels, and lists as numbers never', async () => {
    const t = await testApp();
    const { http } = client(t.app);
    const token = await mfaToken(t, webLogin, 'web');
    const body = { ...web, ...SMS, oob_channels: ['sms', 'voice'] };
    const started = await http.post('/mfa/associate').set(bearer(token)).send(body).expect(200);
    expect(started.body).toEqual({
      authenticator_type: 'oob',
      binding_method: 'prompt',
      oob_channel: 'sms',
      oob_code: OOB_CODE,
      recovery_codes: [RECOVERY_CODE],
      id: authenticatorId('sms'),
      expires_in: 300,
    });
    const list = (await withoutBody(t, 'GET', '/mfa/authenticators', token)).body as object[];
    for (const line of list) expect(line).not.toHaveProperty('oob_channels');
  });

  test('verify with JSON and the secret', async () => {
    const { http, token, recoveryCode } = await webUser();
    const body = { ...web, grant_type: `${prefix}mfa-recovery-code`, mfa_token: token };
    const answer = await http.post('/oauth/token').send({ ...body, recovery_code: recoveryCode });
    expect([answer.status, answer.body.recovery_code]).toEqual([200, RECOVERY_CODE]);
  });
});

describe('auth0.net', () => {
  test('enrolls with null members, a stray Token and channels beside otp', async () => {
    const t = await testApp();
    const { http } = client(t.app);
    const token = await mfaToken(t, webLogin, 'web');
    const nothing = { client_assertion: null, client_assertion_type: null, email: null };
    const otp = {
      ...web,
      ...nothing,
      Token: token,
      authenticator_types: ['otp'],
      oob_channels: ['sms'],
      phone_number: PHONE,
    };
    const first = await http.post('/mfa/associate').set(bearer(token)).send(otp).expect(200);
    expect(first.body.authenticator_type).toBe('otp');
    const bare = { authenticator_types: 'otp', oob_channels: null, phone_number: null };
    await http.post('/mfa/associate').set(bearer(token)).send(bare).expect(200);
    const sms = { ...SMS, oob_channels: 'sms', authenticator_types: 'oob' };
    await http.post('/mfa/associate').set(bearer(token)).send(sms).expect(200);
  });

  test('challenges and verifies with forms whose absent members are empty', async () => {
    const { t, http, token } = await webUser();
    const challenge = { ...web, mfa_token: token, challenge_type: '', authenticator_id: '' };
    const asked = await http.post('/mfa/challenge').type('form').send(challenge).expect(200);
    const proof = {
      ...web,
      grant_type: `${prefix}mfa-oob`,
      mfa_token: token,
      oob_code: asked.body.oob_code,
      binding_code: t.code(),
      client_assertion: '',
      client_assertion_type: '',
    };
    await http.post('/oauth/token').type('form').send(proof).expect(200);
  });

  test.each(['|', '%7C', '%7c'])('deletes with %s in the path', async (bar) => {
    const { t } = await webUser();
    const api = await mfaApiToken(t);
    const { id } = await enrollOtp(t, { bearer: api });
    const path = `/mfa/authenticators/${id.replace('|', bar)}`;
    expect((await withoutBody(t, 'DELETE', path, api)).status).toBe(204);
  });
});

describe('openid-client and express-openid-connect', () => {
  test('authenticate by Basic, without client_id in the body', async () => {
    const { t, http, token, id } = await webUser();
    const basic = { Authorization: `Basic ${Buffer.from('web:web-secret').toString('base64')}` };
    const post = (path: string, body: object) => http.post(path).set(basic).type('form').send(body);
    const challenge = { mfa_token: token, authenticator_id: id };
    const asked = (await post('/mfa/challenge', challenge).expect(200)).body;
    const proof = { grant_type: `${prefix}mfa-oob`, mfa_token: token, oob_code: asked.oob_code };
    await post('/oauth/token', { ...proof, binding_code: t.code() }).expect(200);
  });
});
