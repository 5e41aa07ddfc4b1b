import { email, oob, recoveryCode, sms } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, PHONE, SMS, testApp, testUsers } from '../support/app.js';
import { masked } from '../support/masked.js';
import { authenticatorId, expectAnswer, expectError, OOB_CODE, RECOVERY_CODE } from './answers.js';
import { mfaApiToken, mfaToken, otherThan } from './steps.js';

const started = (channel: string) => ({
  authenticator_type: 'oob',
  binding_method: 'prompt',
  oob_channel: channel,
  oob_code: OOB_CODE,
  id: authenticatorId(channel),
  expires_in: 300,
});
const first = (channel: string) => ({ ...started(channel), recovery_codes: [RECOVERY_CODE] });
const through = (...channels: string[]) => ({
  authenticator_types: ['oob'],
  oob_channels: channels,
});

describe('POST /mfa/associate with oob', () => {
  test.each([
    ['sms', { phone_number: PHONE }, PHONE],
    ['voice', { phone_number: PHONE }, PHONE],
    ['email', { email: 'Ann.Other@Example.COM' }, 'Ann.Other@example.com'],
    ['email', {}, 'ann@example.com'],
  ])('sends a code by %s with %o', async (channel, body, to) => {
    const t = await testApp();
    const answer = await client(t.app).associate(await mfaToken(t), {
      ...through(channel),
      ...body,
    });
    expectAnswer(answer, 200, first(channel));
    expect(t.messages).toEqual([
      {
        id: expect.any(String),
        locale: 'en',
        channel,
        to,
        purpose: 'enroll',
        code: expect.stringMatching(/^[0-9]{6}$/),
        text: expect.any(String),
      },
    ]);
    expect(t.messages[0]?.text.replaceAll(', ', '')).toContain(t.code());
    expect(JSON.stringify(answer.body)).not.toContain(t.code());
  });

  test('has no recovery code when the host has not switched it on', async () => {
    const channels = [sms({ send: async () => undefined, countries: ['US'] })];
    const t = await testApp({ authenticators: [oob({ channels })] });
    expectAnswer(await client(t.app).associate(await mfaToken(t), SMS), 200, started('sms'));
  });

  test('has the recovery code with the first enrollment only, of whatever kind', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    expect((await c.associate(token, OTP)).body.recovery_codes).toEqual([RECOVERY_CODE]);
    expectAnswer(await c.associate(token, SMS), 200, started('sms'));
  });

  test('takes the first channel that is switched on and has its destination', async () => {
    const t = await testApp();
    const associate = async (body: object) => {
      t.clock.advance(60);
      return (await client(t.app).associate(await mfaToken(t), { ...OOB, ...body })).body
        .oob_channel;
    };
    const OOB = { authenticator_types: ['oob'] };
    expect(await associate({ oob_channels: 'sms', phone_number: PHONE })).toBe('sms');
    expect(await associate({ oob_channels: ['auth0', 'voice'], phone_number: PHONE })).toBe(
      'voice',
    );
    expect(await associate({ oob_channels: ['voice', 'email'], phone_number: null })).toBe('email');
  });

  test('needs the channels and what they deliver to', async () => {
    const users = [{ ...testUsers[0], id: 'u1', email: undefined, password: 'x' }];
    const host = { findById: () => users[0], authenticate: () => users[0] };
    const t = await testApp({ users: host as never });
    const token = await mfaToken(t);
    const missing = async (body: Record<string, unknown>) =>
      (await client(t.app).associate(token, body)).body;
    const of = (name: string) => ({
      error: 'invalid_request',
      error_description: `Missing required parameter: ${name}`,
    });
    expect(await missing({ authenticator_types: ['oob'] })).toEqual(of('oob_channels'));
    expect(await missing({ ...through('sms'), phone_number: '' })).toEqual(of('phone_number'));
    expect(await missing(through('email'))).toEqual(of('email'));
    expect(t.messages).toEqual([]);
  });

  test('refuses a channel that nobody knows, and one that is switched off', async () => {
    const channels = [email({ send: async () => undefined })];
    const t = await testApp({ authenticators: [oob({ channels }), recoveryCode()] });
    const token = await mfaToken(t);
    const unknown = await client(t.app).associate(token, through('pigeon'));
    const text = expect.stringMatching(/^Invalid parameter: oob_channels must be one of /);
    expectError(unknown, 400, 'invalid_request', text);
    const off = await client(t.app).associate(token, SMS);
    expectError(off, 403, 'access_denied', 'The factor is not enabled.');
  });

  test('with a client checks the client, without one asks for none', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t, { client_secret: 'web-secret' }, 'web');
    await c.associate(token, { ...OTP, client_id: 'web', client_secret: 'web-secret' }).expect(200);
    await c.associate(token, OTP).expect(200);
    const wrong = await c.associate(token, { ...OTP, client_id: 'web', client_secret: 'x' });
    expectError(wrong, 401, 'invalid_client', 'Client authentication failed');
    const other = await c.associate(token, { ...OTP, client_id: 'spa' });
    expectError(other, 400, 'invalid_request', 'mfa_token not issued to this client');
  });
});

describe('the proof of an address', () => {
  test('confirms it, with the tokens that the login asked for', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    const { oob_code: oobCode } = (await c.associate(token, SMS)).body;
    await c.oob(token, oobCode, otherThan(t.code())).expect(403);
    await c.oob(token, oobCode, t.code()).expect(200);
    const used = await c.oob(token, oobCode, t.code());
    expectError(used, 403, 'invalid_grant', 'Malformed mfa_token');
  });

  test('comes with the newest of several enrollments', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    const older = { ...(await c.associate(token, SMS)).body, code: t.code() };
    t.clock.advance(60);
    const newer = (await c.associate(token, { ...SMS, phone_number: '+15555550199' })).body;
    const refused = await c.oob(token, older.oob_code, older.code);
    expectError(refused, 401, 'expired_token', 'oob_code is expired');
    await c.oob(token, newer.oob_code, t.code()).expect(200);
    const list = (await c.list(await mfaToken(t))).body;
    const names = list.flatMap((it: { name?: string }) => it.name ?? []);
    expect(names).toEqual([masked('0199'), masked('0199')]);
  });

  test('may come with an access token for the MFA API, for a second authenticator', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    t.clock.advance(60);
    const c = client(t.app);
    const answer = await c.associate(bearer, through('email'));
    expectAnswer(answer, 200, started('email'));
    const tokens = await c.oob(bearer, answer.body.oob_code, t.code()).expect(200);
    expect(tokens.body).toMatchObject({ expires_in: 600, token_type: 'Bearer' });
  });

  test('of a user who has an authenticator is not taken from a login with the password alone', async () => {
    const t = await testApp();
    const c = client(t.app);
    const parked = await mfaToken(t);
    const { oob_code: oobCode } = (
      await c.associate(parked, { ...SMS, phone_number: '+15555550166' }).expect(200)
    ).body;
    const code = t.code();
    await enrollPhone(t);
    const late = await c.oob(parked, oobCode, code);
    expect([401, 403]).toContain(late.status);
    const list = (await c.list(await mfaToken(t))).body;
    expect(JSON.stringify(list)).not.toContain('0166');
  });
});
