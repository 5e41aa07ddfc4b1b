import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP_GRANT, SMS, testApp } from '../support/app.js';
import { expectAnswer, expectError, JWT } from './answers.js';
import { API, enrollOtp, mfaApiToken, mfaToken, otherThan } from './steps.js';

const bob = { username: 'bob@example.com', password: 'battery staple' };
const MALFORMED = 'Malformed mfa_token';

describe('the MFA grants', () => {
  test('give the audience and scope of the login', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const token = await mfaToken(t, { audience: API, scope: 'openid read:notes offline_access' });
    const { oob_code: oobCode } = (await c.challenge({ mfa_token: token })).body;
    expectAnswer(await c.oob(token, oobCode, t.code()), 200, {
      access_token: JWT,
      id_token: JWT,
      scope: 'openid read:notes',
      expires_in: 86400,
      token_type: 'Bearer',
    });
  });

  test('are not widened by an audience and a scope that the client repeats', async () => {
    const t = await testApp();
    const { show } = await enrollOtp(t);
    const token = await mfaToken(t, { audience: API, scope: 'read:notes' });
    const wider = { audience: 'https://auth.example.com/mfa/', scope: 'openid write:notes enroll' };
    const { body } = await client(t.app).otp(token, show(), wider).expect(200);
    expect(body).toEqual({
      access_token: JWT,
      scope: 'read:notes',
      expires_in: 86400,
      token_type: 'Bearer',
    });
  });

  test('use the mfa_token up by a success, and not by a failure', async () => {
    const t = await testApp();
    const c = client(t.app);
    const { show } = await enrollOtp(t);
    const token = await mfaToken(t);
    const wrong = await c.otp(token, otherThan(show()));
    expectError(wrong, 403, 'invalid_grant', 'Invalid otp_code.');
    await c.otp(token, show()).expect(200);
    t.clock.advance(30);
    expectError(await c.otp(token, show()), 403, 'invalid_grant', MALFORMED);
    expectError(await c.challenge({ mfa_token: token }), 403, 'invalid_grant', MALFORMED);
    expect((await c.list(token)).status).toBe(401);
  });

  test('take no handle of another login', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const [one, two] = [await mfaToken(t), await mfaToken(t)];
    const { oob_code: oobCode } = (await c.challenge({ mfa_token: one })).body;
    const text = "The oob_code doesn't match the mfa_token";
    expectError(await c.oob(two, oobCode, t.code()), 400, 'invalid_request', text);
    expectError(
      await c.oob(await mfaToken(t, bob), oobCode, t.code()),
      400,
      'invalid_request',
      text,
    );
    await c.oob(one, oobCode, t.code()).expect(200);
  });

  test('take no mfa_token for an oob_code and no oob_code for an mfa_token', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const token = await mfaToken(t);
    const { oob_code: oobCode } = (await c.challenge({ mfa_token: token })).body;
    expectError(await c.oob(token, token, t.code()), 403, 'invalid_grant', 'Malformed oob_code');
    expectError(await c.oob(oobCode, oobCode, t.code()), 403, 'invalid_grant', MALFORMED);
  });

  test('take an access token only to confirm what was started with it', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const first = await enrollOtp(t, { bearer: await mfaApiToken(t) });
    const bearer = await mfaApiToken(t);
    expectError(await c.otp(bearer, first.show()), 403, 'invalid_grant', MALFORMED);
    expectError(await c.challenge({ mfa_token: bearer }), 403, 'invalid_grant', MALFORMED);
    t.clock.advance(600);
    const token = await mfaToken(t);
    const asked = (await c.challenge({ mfa_token: token, challenge_type: 'oob' }).expect(200)).body;
    expect((await c.oob(bearer, asked.oob_code, t.code())).status).not.toBe(200);
  });

  test('need their parameters', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const token = await mfaToken(t);
    const missing = async (body: object, name: string) =>
      expectError(
        await c.token({ grant_type: OTP_GRANT, ...body }),
        400,
        'invalid_request',
        `Missing required parameter: ${name}`,
      );
    await missing({ otp: '123456' }, 'mfa_token');
    await missing({ mfa_token: token }, 'otp');
    await missing({ mfa_token: token, otp: '' }, 'otp');
    const prefix = 'http://auth0.com/oauth/grant-type/';
    await missing({ grant_type: `${prefix}mfa-oob`, mfa_token: token }, 'oob_code');
    await missing({ grant_type: `${prefix}mfa-recovery-code`, mfa_token: token }, 'recovery_code');
  });

  test('refuse a code that is no code, at no cost', async () => {
    const t = await testApp();
    const c = client(t.app);
    const { show } = await enrollOtp(t);
    const token = await mfaToken(t);
    for (const otp of [
      '12345',
      '1234567',
      '12 345',
      '１２３４５６',
      '12345a',
      '-12345',
      '1e5000',
    ]) {
      const refused = await c.otp(token, otp);
      const text = 'Invalid parameter: otp must be 6 digits';
      expectError(refused, 400, 'invalid_request', text);
    }
    await c.otp(token, show()).expect(200);
  });

  test('answer for a user who was deleted or blocked meanwhile', async () => {
    const users = [
      { id: 'u1', email: 'ann@example.com', password: 'correct horse', blocked: false },
    ];
    const t = await testApp({ seedUsers: users });
    const c = client(t.app);
    const token = await mfaToken(t);
    const { oob_code: oobCode } = (await c.associate(token, SMS)).body;
    Object.assign(users[0] as object, { blocked: true });
    const blocked = await c.oob(token, oobCode, t.code());
    expectError(blocked, 401, 'unauthorized', 'user is blocked');
    users.pop();
    expectError(await c.oob(token, oobCode, t.code()), 403, 'invalid_grant', MALFORMED);
  });
});
