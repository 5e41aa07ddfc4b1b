import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, SMS, testApp } from '../support/app.js';
import { expectAnswer, expectError, JWT } from './answers.js';
import {
  authenticatorApp,
  enrollOtp,
  MFA_AUDIENCE,
  mfaApiToken,
  passSms,
  verify,
} from './steps.js';

const ALL = 'enroll read:authenticators remove:authenticators';
const token = (scope = ALL) => ({
  access_token: JWT,
  scope,
  expires_in: 600,
  token_type: 'Bearer',
});

describe('an access token for the MFA API', () => {
  test.each([MFA_AUDIENCE, MFA_AUDIENCE.slice(0, -1)])('is given for %s', async (audience) => {
    const t = await testApp();
    const answer = await client(t.app).login({ audience });
    expectAnswer(answer, 200, token());
    const { payload } = await verify(t, answer.body.access_token, MFA_AUDIENCE);
    expect(payload.aud).toBe(MFA_AUDIENCE);
    expect([payload['azp'], payload['gty'], payload['scope']]).toEqual(['spa', 'password', ALL]);
    expect(Number(payload.exp) - Number(payload.iat)).toBe(600);
    await client(t.app).list(answer.body.access_token).expect(200);
  });

  test('has the scopes that were asked for', async () => {
    const t = await testApp();
    const c = client(t.app);
    const scope = 'enroll write:notes';
    const answer = await c.login({ audience: MFA_AUDIENCE, scope });
    expectAnswer(answer, 200, token('enroll'));
    await c.associate(answer.body.access_token, OTP).expect(200);
    expect((await c.list(answer.body.access_token)).body.error).toBe('insufficient_scope');
  });

  test('comes with an id_token for openid, that claims no second factor', async () => {
    const t = await testApp();
    const { body } = await client(t.app).login({ audience: MFA_AUDIENCE, scope: 'openid enroll' });
    expect(body).toEqual({ ...token('openid enroll'), id_token: JWT });
    const { payload } = await verify(t, body.id_token, 'spa');
    expect(payload['amr']).toEqual(['pwd']);
    expect(payload).not.toHaveProperty('acr');
  });

  test('takes a second factor from a user who has one', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const refused = await client(t.app).login({ audience: MFA_AUDIENCE }).expect(403);
    expect(refused.body.error).toBe('mfa_required');
    expectAnswer(await passSms(t, { audience: MFA_AUDIENCE }), 200, token());
  });

  test('says with openid who it is, and that userinfo may read it', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const scope = 'openid enroll';
    const { body } = await passSms(t, { audience: MFA_AUDIENCE, scope });
    expect(body).toEqual({ ...token('openid enroll'), id_token: JWT });
    const { payload } = await verify(t, body.access_token, MFA_AUDIENCE);
    expect(payload.aud).toEqual([MFA_AUDIENCE, 'https://auth.example.com/userinfo']);
  });

  test('enrolls the first authenticator of a user who has none', async () => {
    const t = await testApp();
    const c = client(t.app);
    const { access_token: bearer } = (await c.login({ audience: MFA_AUDIENCE })).body;
    const { oob_code: oobCode } = (await c.associate(bearer, SMS).expect(200)).body;
    expectAnswer(await c.oob(bearer, oobCode, t.code()), 200, token());
    const again = await c.associate(bearer, OTP);
    expectError(again, 403, 'access_denied', 'User is already enrolled.');
  });

  test('confirms with the audience, the scopes and the lifetime of itself', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bearer = await mfaApiToken(t, 'enroll');
    t.clock.advance(100);
    const { tokens } = await enrollOtp(t, { bearer });
    expect(tokens).toEqual(token('enroll'));
    const { payload } = await verify(t, tokens.access_token, MFA_AUDIENCE);
    expect(Number(payload.exp) - Number(payload.iat)).toBe(600);
  });

  test('enrolls while its proof is fresh, and is worth nothing after its time', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    const text = 'The mfa_token provided is invalid. Try getting a new token.';
    t.clock.advance(301);
    expectError(await c.associate(bearer, OTP), 401, 'invalid_grant', text);
    await c.list(bearer).expect(200);
    t.clock.advance(330);
    expectError(await c.list(bearer), 401, 'invalid_grant', text);
  });

  test('of a recovery enrolls a replacement and removes nothing', async () => {
    const t = await testApp();
    const c = client(t.app);
    const { recoveryCode, id } = await enrollPhone(t);
    const login = (await c.login({ audience: MFA_AUDIENCE }).expect(403)).body;
    const recovered = (await c.recovery(login.mfa_token, recoveryCode).expect(200)).body;
    const { access_token: bearer } = recovered;
    expect((await c.remove(bearer, id)).status).toBe(401);
    const { secret } = (await c.associate(bearer, OTP).expect(200)).body;
    await c.otp(bearer, authenticatorApp(t, secret)()).expect(200);
  });

  test('needs the scope enroll to enroll', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bearer = await mfaApiToken(t, 'read:authenticators remove:authenticators');
    const refused = await client(t.app).associate(bearer, OTP);
    expectError(refused, 403, 'insufficient_scope', 'Insufficient scope, expected: enroll');
  });
});
