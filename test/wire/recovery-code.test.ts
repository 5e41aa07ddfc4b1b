import { oob, sms } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, RECOVERY_GRANT, SMS, testApp } from '../support/app.js';
import { expectAnswer, expectError, JWT, RECOVERY_CODE } from './answers.js';
import { mfaToken, verify } from './steps.js';

const REJECTED = 'MFA Authorization rejected.';
const tokens = { access_token: JWT, scope: '', expires_in: 86400, token_type: 'Bearer' };

describe('the mfa-recovery-code grant', () => {
  test('gives the tokens and the next code; the used one is worth nothing', async () => {
    const t = await testApp();
    const c = client(t.app);
    const { recoveryCode } = await enrollPhone(t);
    const first = await c.recovery(await mfaToken(t), recoveryCode);
    expectAnswer(first, 200, { ...tokens, recovery_code: RECOVERY_CODE });
    const next = first.body.recovery_code;
    expect(next).not.toBe(recoveryCode);
    const used = await c.recovery(await mfaToken(t), recoveryCode);
    expectError(used, 403, 'invalid_grant', REJECTED);
    await c.recovery(await mfaToken(t), next).expect(200);
  });

  test('takes the code in lower case, with spaces and dashes', async () => {
    const t = await testApp();
    const { recoveryCode } = await enrollPhone(t);
    const written = recoveryCode.toLowerCase().replace(/(.{4})(.{4})/g, '$1-$2 ');
    await client(t.app)
      .recovery(await mfaToken(t), ` ${written}`)
      .expect(200);
  });

  test('says in the tokens that it was a recovery', async () => {
    const t = await testApp();
    const { recoveryCode } = await enrollPhone(t);
    const login = { scope: 'openid' };
    const { body } = await client(t.app).recovery(await mfaToken(t, login), recoveryCode);
    const { payload } = await verify(t, body.id_token, 'spa');
    expect(payload['amr']).toEqual(['pwd', 'recovery', 'mfa']);
    expect(payload).not.toHaveProperty('acr');
  });

  test('has no code before the first authenticator is confirmed', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    const [code] = (await c.associate(token, SMS)).body.recovery_codes;
    const text = 'User does not have a recovery-code.';
    expectError(await c.recovery(token, code), 403, 'unsupported_challenge_type', text);
    const unenrolled = await c.recovery(await mfaToken(t), code);
    expectError(unenrolled, 403, 'unsupported_challenge_type', text);
  });

  test('refuses the code of another user, and anything else', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const bob = { username: 'bob@example.com', password: 'battery staple' };
    const bobs = await enrollPhone(t, { phone: '+15555550124', login: bob });
    const token = await mfaToken(t);
    for (const code of [bobs.recoveryCode, 'A', 'A'.repeat(24), '%00']) {
      expectError(await client(t.app).recovery(token, code), 403, 'invalid_grant', REJECTED);
    }
    await client(t.app)
      .recovery(await mfaToken(t, bob), bobs.recoveryCode)
      .expect(200);
  });

  test('has its own budget: five wrong codes a day, and the phone still works', async () => {
    const t = await testApp();
    const c = client(t.app);
    const { recoveryCode } = await enrollPhone(t);
    for (let i = 0; i < 5; i++) await c.recovery(await mfaToken(t), 'WRONG').expect(403);
    const token = await mfaToken(t);
    const refused = await c.recovery(token, recoveryCode).expect(429);
    expect(refused.headers['retry-after']).toBe('86400');
    const { oob_code: oobCode } = (await c.challenge({ mfa_token: token }).expect(200)).body;
    await c.oob(token, oobCode, t.code()).expect(200);
    t.clock.advance(86400);
    await c.recovery(await mfaToken(t), recoveryCode).expect(200);
  });

  test('is no grant where the host has not switched recovery codes on', async () => {
    const channels = [sms({ send: async () => undefined, countries: ['US'] })];
    const t = await testApp({ authenticators: [oob({ channels })] });
    const answer = await client(t.app).recovery(await mfaToken(t), 'CODE');
    const text = `Unsupported grant type: ${RECOVERY_GRANT}`;
    expectError(answer, 400, 'unsupported_grant_type', text);
  });
});
