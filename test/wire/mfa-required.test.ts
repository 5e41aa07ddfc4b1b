import { email, oob, otp, sms } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, SMS, type TestAppOptions, testApp } from '../support/app.js';
import { expectAnswer, expectError, MFA_TOKEN } from './answers.js';
import { authenticatorApp, enrollOtp, MFA_AUDIENCE, mfaApiToken, mfaToken } from './steps.js';

const required = (requirements?: object) => ({
  error: 'mfa_required',
  error_description: 'Multifactor authentication required',
  mfa_token: MFA_TOKEN,
  ...(requirements && { mfa_requirements: requirements }),
});
const types = (...names: string[]) => names.map((type) => ({ type }));
const send = async () => undefined;

describe('mfa_required', () => {
  test('offers what may be enrolled, without e-mail and recovery code', async () => {
    const { app } = await testApp();
    const answer = await client(app).login();
    expectAnswer(answer, 403, required({ enroll: types('otp', 'phone') }));
  });

  test('offers only what the host has switched on', async () => {
    const channels = [sms({ send, countries: ['US'] }), email({ send })];
    const { app } = await testApp({ authenticators: [oob({ channels })] });
    expectAnswer(await client(app).login(), 403, required({ enroll: types('phone') }));
  });

  test('still asks to enroll while an enrollment waits for its proof', async () => {
    const t = await testApp();
    await client(t.app)
      .associate(await mfaToken(t), SMS)
      .expect(200);
    const answer = await client(t.app).login();
    expectAnswer(answer, 403, required({ enroll: types('otp', 'phone') }));
  });

  test('lists what the user has, and the extra oob only with an out-of-band authenticator', async () => {
    const t = await testApp();
    await enrollOtp(t);
    const first = await client(t.app).login();
    expectAnswer(first, 403, required({ challenge: types('otp', 'recovery-code') }));

    const bob = { username: 'bob@example.com', password: 'battery staple' };
    await enrollPhone(t, { phone: '+15555550124', login: bob });
    const second = await client(t.app).login(bob);
    expectAnswer(second, 403, required({ challenge: types('phone', 'recovery-code', 'oob') }));
  });

  test('has a new opaque mfa_token each time, that cannot be taken for a JWT', async () => {
    const t = await testApp();
    const tokens = [await mfaToken(t), await mfaToken(t)];
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(token).not.toContain('.');
  });

  test('leaves the lists out when the host says so', async () => {
    const { app } = await testApp({ mfaRequirements: false });
    expectAnswer(await client(app).login(), 403, required());
  });
});

describe('the policy', () => {
  const policy = (answer: unknown) => ({ policy: () => answer }) as unknown as TestAppOptions;

  test('gets the user, the client, the audience and the request', async () => {
    const seen: unknown[] = [];
    const { app } = await testApp({
      policy: (user, { id }, audience, request) => {
        seen.push(user.id, id, audience, request.userAgent);
        return 'none';
      },
    });
    await client(app).login().set('User-Agent', 'probe/1').expect(200);
    expect(seen).toEqual(['u1', 'spa', 'https://auth.example.com/userinfo', 'probe/1']);
  });

  test('none lets a user without an authenticator in, and nobody else', async () => {
    const answers = ['enroll', 'none', 'none'] as const;
    let i = 0;
    const t = await testApp({ policy: () => answers[i++] ?? 'none' });
    await enrollPhone(t);
    await client(t.app)
      .login({ username: 'bob@example.com', password: 'battery staple' })
      .expect(200);
    await client(t.app).login().expect(403);
  });

  test('a list of kinds limits what may be enrolled', async () => {
    const t = await testApp(policy({ enroll: ['otp'] }));
    const login = await client(t.app).login();
    expectAnswer(login, 403, required({ enroll: types('otp') }));
    const { mfa_token: token } = login.body;
    const refused = await client(t.app).associate(token, SMS);
    expectError(refused, 403, 'access_denied', 'The factor is not enabled.');
    await client(t.app).associate(token, OTP).expect(200);
  });

  test('a list of kinds limits what an access token for the MFA API may enroll first', async () => {
    const t = await testApp(policy({ enroll: ['otp'] }));
    const { body } = await client(t.app).login({ audience: MFA_AUDIENCE }).expect(200);
    const refused = await client(t.app).associate(body.access_token, SMS);
    expectError(refused, 403, 'access_denied', 'The factor is not enabled.');
  });

  test('a list of kinds limits what may be challenged, and what is taken as a proof', async () => {
    let answer: 'enroll' | { challenge: string[] } = 'enroll';
    const t = await testApp({ policy: () => answer });
    const { id } = await enrollPhone(t);
    const { show } = await enrollOtp(t, { bearer: await mfaApiToken(t) });
    answer = { challenge: ['phone'] };
    t.clock.advance(700);
    const login = await client(t.app).login();
    const listed = { challenge: types('phone', 'recovery-code', 'oob') };
    expectAnswer(login, 403, required(listed));
    const { mfa_token: token } = login.body;
    const challenge = await client(t.app).challenge({ mfa_token: token, challenge_type: 'otp' });
    expect(challenge.body.error).toBe('unsupported_challenge_type');
    const proof = await client(t.app).otp(token, show());
    expect(proof.body.error).toBe('unsupported_challenge_type');
    await client(t.app).challenge({ mfa_token: token, authenticator_id: id }).expect(200);
  });

  test('refuses the login when it throws or answers nonsense', async () => {
    for (const answer of [undefined, null, true, 'always', {}, { enroll: [] }, []]) {
      const t = await testApp(policy(answer));
      const refused = await client(t.app).login();
      const text = expect.stringMatching(/^The server failed to answer\. Error id: [\w-]{36}$/);
      expectError(refused, 500, 'server_error', text);
    }
  });
});

test('an authenticator app alone makes otp the only thing to enroll', async () => {
  const t = await testApp({ authenticators: [otp({ issuer: 'Example' })] });
  const c = client(t.app);
  const login = await c.login();
  expectAnswer(login, 403, required({ enroll: types('otp') }));
  const { secret } = (await c.associate(login.body.mfa_token, OTP).expect(200)).body;
  await c.otp(login.body.mfa_token, authenticatorApp(t, secret)()).expect(200);
  expectAnswer(await c.login(), 403, required({ challenge: types('otp') }));
});
