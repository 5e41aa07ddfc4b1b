import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, SMS, type TestApp, testApp } from '../support/app.js';
import { expectEmpty, expectError } from './answers.js';
import { enrollOtp, MFA_AUDIENCE, mfaApiToken, mfaToken } from './steps.js';

const INVALID = 'The mfa_token provided is invalid. Try getting a new token.';

async function ids(t: TestApp): Promise<string[]> {
  const list = (await client(t.app).list(await mfaToken(t))).body as { id: string }[];
  return list.map(({ id }) => id.split('|')[0] ?? '').toSorted();
}

describe('DELETE /mfa/authenticators/:id', () => {
  test('removes an authenticator app and leaves the rest', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    const { id } = await enrollOtp(t, { bearer });
    expectEmpty(await client(t.app).remove(bearer, id));
    expect(await ids(t)).toEqual(['recovery-code', 'sms', 'voice']);
    const again = await client(t.app).remove(bearer, id);
    expectError(again, 404, 'invalid_authenticator', 'Authenticator not found');
  });

  test.each(['sms', 'voice'])('removes both entries of a phone with its %s', async (channel) => {
    const t = await testApp();
    const { id } = await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    await enrollOtp(t, { bearer });
    expectEmpty(await client(t.app).remove(bearer, id.replace('sms', channel)));
    expect(await ids(t)).toEqual(['recovery-code', 'totp']);
  });

  test('removes an enrollment that waits for its proof', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    const { id } = (await client(t.app).associate(bearer, OTP).expect(200)).body;
    expectEmpty(await client(t.app).remove(bearer, id));
    expect(await ids(t)).toEqual(['recovery-code', 'sms', 'voice']);
  });

  test('keeps the recovery code', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bearer = await mfaApiToken(t);
    const list = (await client(t.app).list(bearer)).body as { id: string }[];
    const id = list.find((it) => it.id.startsWith('recovery-code'))?.id ?? '';
    const refused = await client(t.app).remove(bearer, id);
    expectError(refused, 400, 'invalid_request', expect.any(String));
    expect(await ids(t)).toContain('recovery-code');
  });

  test('takes no mfa_token, no other scope, and no proof that is older than five minutes', async () => {
    const t = await testApp();
    const { id } = await enrollPhone(t);
    const c = client(t.app);
    expectError(await c.remove(await mfaToken(t), id), 401, 'invalid_grant', INVALID);
    const narrow = await c.remove(await mfaApiToken(t, 'enroll read:authenticators'), id);
    const text = 'Insufficient scope, expected: remove:authenticators';
    expectError(narrow, 403, 'insufficient_scope', text);
    const bearer = await mfaApiToken(t);
    t.clock.advance(301);
    expectError(await c.remove(bearer, id), 401, 'invalid_grant', INVALID);
    expect(await ids(t)).toEqual(['recovery-code', 'sms', 'voice']);
  });

  test('finds nothing of another user', async () => {
    const t = await testApp();
    const bob = { username: 'bob@example.com', password: 'battery staple' };
    const { id } = await enrollPhone(t, { phone: '+15555550124', login: bob });
    await enrollPhone(t);
    const refused = await client(t.app).remove(await mfaApiToken(t), id);
    expectError(refused, 404, 'invalid_authenticator', 'Authenticator not found');
  });

  test('lets a user who has nothing active remove what is pending', async () => {
    const t = await testApp();
    const { access_token: bearer } = (await client(t.app).login({ audience: MFA_AUDIENCE })).body;
    const { id } = (await client(t.app).associate(bearer, SMS).expect(200)).body;
    expectEmpty(await client(t.app).remove(bearer, id));
  });
});
