import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, SMS, type TestApp, testApp } from '../support/app.js';
import { masked } from '../support/masked.js';
import { authenticatorId, expectAnswer, expectError, OOB_CODE } from './answers.js';
import { enrollOtp, mfaApiToken, mfaToken } from './steps.js';

const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'] };
const asked = (channel: string, name: string) => ({
  challenge_type: 'oob',
  oob_code: OOB_CODE,
  binding_method: 'prompt',
  authenticator_id: authenticatorId(channel),
  oob_channel: channel,
  name,
  expires_in: 300,
});
const sms = asked('sms', masked('0123'));

/** A user with a phone, an authenticator app and an address. */
async function enrollAll(t: TestApp) {
  const { id: phone } = await enrollPhone(t);
  t.clock.advance(600);
  const bearer = await mfaApiToken(t);
  const { id: otp } = await enrollOtp(t, { bearer });
  t.clock.advance(60);
  const started = (await client(t.app).associate(bearer, EMAIL).expect(200)).body;
  await client(t.app).oob(bearer, started.oob_code, t.code()).expect(200);
  t.clock.advance(600);
  return { sms: phone, voice: phone.replace('sms', 'voice'), otp, email: started.id as string };
}

describe('POST /mfa/challenge', () => {
  test('sends a code through the channel of the authenticator', async () => {
    const t = await testApp();
    const ids = await enrollAll(t);
    const expected = {
      [ids.sms]: sms,
      [ids.voice]: asked('voice', masked('0123')),
      [ids.email]: asked('email', '***@exam*******'),
    };
    for (const [id, body] of Object.entries(expected)) {
      const token = await mfaToken(t);
      const answer = await client(t.app).challenge({ mfa_token: token, authenticator_id: id });
      expectAnswer(answer, 200, { ...body, authenticator_id: id });
      expect(t.messages.at(-1)).toMatchObject({ channel: id.split('|')[0], purpose: 'login' });
      await client(t.app).oob(token, answer.body.oob_code, t.code()).expect(200);
    }
  });

  test.each([
    ['without a type, otp first', {}, 'otp'],
    ['otp oob: in the order sent', { challenge_type: 'otp oob' }, 'otp'],
    ['oob otp: in the order sent', { challenge_type: 'oob otp' }, 'oob sms'],
    ['oob: sms before voice before e-mail', { challenge_type: 'oob' }, 'oob sms'],
    ['oob and a channel', { challenge_type: 'oob', oob_channel: 'voice' }, 'oob voice'],
    ['a channel alone', { oob_channel: 'email' }, 'oob email'],
    ['empty strings as if absent', { challenge_type: '', authenticator_id: '' }, 'otp'],
    ['null as if absent', { challenge_type: null, authenticator_id: null }, 'otp'],
    ['a type beside unknown ones', { challenge_type: 'push oob' }, 'oob sms'],
  ])('chooses %s', async (_name, body, chosen) => {
    const t = await testApp();
    await enrollAll(t);
    const token = await mfaToken(t);
    const answer = await client(t.app)
      .challenge({ mfa_token: token, ...body })
      .expect(200);
    const { challenge_type: type, oob_channel: channel } = answer.body;
    expect([type, channel].filter(Boolean).join(' ')).toBe(chosen);
  });

  test('chooses the phone when it is all there is', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const answer = await client(t.app).challenge({ mfa_token: await mfaToken(t) });
    expectAnswer(answer, 200, sms);
  });

  test('refuses an authenticator that is unknown, pending, or of another user', async () => {
    const t = await testApp();
    const c = client(t.app);
    const { id } = await enrollPhone(t);
    const bob = { username: 'bob@example.com', password: 'battery staple' };
    const bobs = await enrollPhone(t, { phone: '+15555550124', login: bob });
    const { id: pending } = (await c.associate(await mfaApiToken(t), OTP)).body;
    const token = await mfaToken(t);
    for (const other of [
      bobs.id,
      pending,
      id.toUpperCase(),
      id.slice(4),
      `${id} `,
      'sms|',
      '%7C',
    ]) {
      const answer = await c.challenge({ mfa_token: token, authenticator_id: other });
      expectError(answer, 404, 'invalid_authenticator', 'Authenticator not found');
    }
  });

  test('refuses an authenticator of a type that the client cannot ask for', async () => {
    const t = await testApp();
    const { id } = await enrollPhone(t);
    const body = { mfa_token: await mfaToken(t), authenticator_id: id, challenge_type: 'otp' };
    const refused = await client(t.app).challenge(body);
    expect([refused.status, refused.body.error]).toEqual([401, 'unsupported_challenge_type']);
  });

  test('does not challenge the recovery code', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const token = await mfaToken(t);
    const list = (await client(t.app).list(token)).body as { id: string }[];
    const id = list.find((it) => it.id.startsWith('recovery-code'))?.id;
    const refused = await client(t.app).challenge({ mfa_token: token, authenticator_id: id });
    expect([refused.status, refused.body.error]).toEqual([401, 'unsupported_challenge_type']);
  });

  test('never enrolls, and a pending enrollment cannot be challenged', async () => {
    const t = await testApp();
    const token = await mfaToken(t);
    await client(t.app).associate(token, SMS).expect(200);
    const text =
      'User is not enrolled. You can use /mfa/associate endpoint to enroll the first authenticator.';
    const refused = await client(t.app).challenge({ mfa_token: token });
    expectError(refused, 401, 'unsupported_challenge_type', text);
  });

  test('takes the place of the earlier challenge of the same authenticator', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const token = await mfaToken(t);
    const older = { ...(await c.challenge({ mfa_token: token })).body, code: t.code() };
    const soon = await c.challenge({ mfa_token: token });
    expect([soon.status, soon.body.error]).toEqual([429, 'too_many_attempts']);
    t.clock.advance(Number(soon.headers['retry-after']));
    const newer = (await c.challenge({ mfa_token: token }).expect(200)).body;
    const refused = await c.oob(token, older.oob_code, older.code);
    expectError(refused, 401, 'expired_token', 'oob_code is expired');
    await c.oob(token, newer.oob_code, t.code()).expect(200);
  });

  test('leaves the challenges of other authenticators open', async () => {
    const t = await testApp();
    const c = client(t.app);
    const ids = await enrollAll(t);
    const token = await mfaToken(t);
    const bySms = await c.challenge({ mfa_token: token, authenticator_id: ids.sms }).expect(200);
    const code = t.code();
    t.clock.advance(60);
    await c.challenge({ mfa_token: token, authenticator_id: ids.email }).expect(200);
    await c.oob(token, bySms.body.oob_code, code).expect(200);
  });
});
