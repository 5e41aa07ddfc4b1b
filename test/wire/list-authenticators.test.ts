import { email, oob, otp, recoveryCode, sms } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, SMS, testApp } from '../support/app.js';
import { masked } from '../support/masked.js';
import { authenticatorId, expectAnswer, expectError, INSTANT } from './answers.js';
import { enrollOtp, MFA_AUDIENCE, mfaApiToken, mfaToken } from './steps.js';

const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'] };
const send = async () => undefined;
const line = (id: string, type: string, kind: string, rest: object = {}) => ({
  id: authenticatorId(id),
  authenticator_type: type,
  active: true,
  type: kind,
  created_at: INSTANT,
  ...rest,
});
const phone = (channel: string, rest: object = {}) =>
  line(channel, 'oob', 'phone', { oob_channel: channel, name: masked('0123'), ...rest });
const sorted = (list: { id: string }[]) => list.toSorted((a, b) => a.id.localeCompare(b.id));

describe('GET /mfa/authenticators', () => {
  test('is a bare array, empty for a user who has none', async () => {
    const t = await testApp();
    expectAnswer(await client(t.app).list(await mfaToken(t)), 200, []);
  });

  test('lists what waits for its proof as inactive, the recovery code too', async () => {
    const t = await testApp();
    const token = await mfaToken(t);
    await client(t.app).associate(token, SMS).expect(200);
    const answer = await client(t.app).list(token);
    answer.body = sorted(answer.body);
    expectAnswer(answer, 200, [
      line('recovery-code', 'recovery-code', 'recovery-code', { active: false }),
      phone('sms', { active: false }),
      phone('voice', { active: false }),
    ]);
  });

  test('lists everything that a user has, masked', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    await enrollOtp(t, { bearer });
    t.clock.advance(60);
    const c = client(t.app);
    const address = { ...EMAIL, email: 'marguerite@example.com' };
    const started = (await c.associate(bearer, address).expect(200)).body;
    await c.oob(bearer, started.oob_code, t.code()).expect(200);
    const answer = await c.list(bearer);
    answer.body = sorted(answer.body);
    const last_auth = INSTANT;
    const name = 'marg******@exam*******';
    expectAnswer(answer, 200, [
      line('email', 'oob', 'email', { oob_channel: 'email', name, last_auth }),
      line('recovery-code', 'recovery-code', 'recovery-code'),
      phone('sms', { last_auth }),
      line('totp', 'otp', 'otp', { last_auth }),
      phone('voice', { last_auth }),
    ]);
    expect(answer.text).not.toMatch(/15555550123|marguerite|example/);
  });

  test('gives the sms and voice entries of one phone the same suffix', async () => {
    const t = await testApp();
    const { id } = await enrollPhone(t);
    const list = (await client(t.app).list(await mfaToken(t))).body as { id: string }[];
    const suffix = id.split('|')[1];
    expect(list.map((it) => it.id).filter((it) => it.endsWith(`${suffix}`))).toEqual([
      `sms|${suffix}`,
      `voice|${suffix}`,
    ]);
  });

  test('leaves out what the host has switched off since', async () => {
    const sharedStores = memoryStores();
    const before = await testApp({ sharedStores });
    await enrollPhone(before);
    await enrollOtp(before, { bearer: await mfaApiToken(before) });
    const channels = [sms({ send, countries: ['US'] }), email({ send })];
    const authenticators = [oob({ channels }), recoveryCode()];
    const after = await testApp({ sharedStores, authenticators });
    const list = (await client(after.app).list(await mfaToken(after))).body as { id: string }[];
    expect(sorted(list).map((it) => it.id.split('|')[0])).toEqual(['recovery-code', 'sms']);

    const off = [otp({ issuer: 'Example' }), oob({ channels: [email({ send })] })];
    const without = await testApp({ sharedStores, authenticators: off });
    const left = (await client(without.app).list(await mfaToken(without))).body as { id: string }[];
    expect(left.map((it) => it.id.split('|')[0])).toEqual(['totp']);
  });

  test('shows nothing of other users', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bob = { username: 'bob@example.com', password: 'battery staple' };
    expectAnswer(await client(t.app).list(await mfaToken(t, bob)), 200, []);
  });

  test('drops an enrollment that nobody confirmed in time', async () => {
    const t = await testApp();
    await client(t.app)
      .associate(await mfaToken(t), OTP)
      .expect(200);
    t.clock.advance(601);
    expectAnswer(await client(t.app).list(await mfaToken(t)), 200, []);
  });

  test('takes an access token with read:authenticators, and none without', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const list = async (scope?: string) => client(t.app).list(await mfaApiToken(t, scope));
    expect((await list('read:authenticators')).status).toBe(200);
    const text = 'Insufficient scope, expected: read:authenticators';
    expectError(await list('enroll remove:authenticators'), 403, 'insufficient_scope', text);
  });

  test('takes no access token for another audience, and no id_token', async () => {
    const t = await testApp({ policy: () => 'none' });
    const scope = 'openid read:notes';
    const other = (await client(t.app).login({ audience: 'https://api.example.com/', scope })).body;
    const mine = (await client(t.app).login({ audience: MFA_AUDIENCE, scope: 'openid' })).body;
    const text = 'The mfa_token provided is invalid. Try getting a new token.';
    for (const token of [other.access_token, other.id_token, mine.id_token]) {
      expectError(await client(t.app).list(token), 401, 'invalid_grant', text);
    }
  });

  test('takes the token of the Bearer scheme in any case, and of no other scheme', async () => {
    const t = await testApp();
    const token = await mfaToken(t);
    const list = (authorization: string) =>
      client(t.app).http.get('/mfa/authenticators').set('Authorization', authorization);
    await list(`bearer ${token}`).expect(200);
    for (const header of [
      token,
      `Basic ${token}`,
      `DPoP ${token}`,
      `Bearer ${token} x`,
      'Bearer',
    ]) {
      expect((await list(header)).status).toBe(401);
    }
  });
});
