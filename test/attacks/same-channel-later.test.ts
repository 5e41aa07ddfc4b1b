// what proved the first factor of a session, or of a login that refresh tokens go on with, is no second factor of
// it later either.
import type { User } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { challenge } from '../../lib/core/challenge.js';
import { readMfaToken } from '../../lib/core/login/transaction.js';
import { SESSION_CLIENT } from '../../lib/core/session/session-client.js';
import { proveSession, startSessionLogin } from '../../lib/core/session/session-login.js';
import { startStepUp } from '../../lib/core/session/step-up.js';
import { client, OTP, testApp, testHost, testUsers } from '../support/app.js';
import { enrollOtp, mfaAccessToken, totp } from '../support/attack.js';
import { browserClients } from '../support/browser.js';

const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'], email: 'x@example.com' };
const VISITOR = { request: { ip: '192.0.2.1', userAgent: undefined }, device: undefined };
const ann: User = testUsers[0] as User;
const byLink: User = { ...ann, firstFactor: { amr: ['email'] } };

/** Ann has an authenticator app and a mailbox; her password is `link` when a link was sent. */
async function world() {
  const { users, clients } = testHost();
  const t = await testApp({
    users: {
      ...users,
      authenticate: (name: string, password: string) =>
        password === 'link' ? byLink : users.authenticate(name, password),
    },
    clients: { ...clients, findById: (id: string) => browserClients.find((it) => it.id === id) },
  });
  const { secret } = await enrollOtp(t);
  const access = await mfaAccessToken(t, { secret });
  const mail = (await client(t.app).associate(access, EMAIL).expect(200)).body;
  await client(t.app).oob(access, mail.oob_code, t.code()).expect(200);
  t.clock.advance(60);
  return { t, secret };
}

type Requirements = { readonly challenge?: readonly { readonly type: string }[] };
const types = (requirements: unknown) =>
  (requirements as Requirements).challenge?.map(({ type }) => type);

describe('a session that a link by e-mail began', () => {
  test.each([
    ['as the user says', { user: byLink }],
    ['as the app says', { user: ann, amr: ['email'] }],
  ])('R-002: is not stepped up by the mailbox, %s', async (_how, login) => {
    const { t, secret } = await world();
    const { mfa } = t;
    const waiting = await startSessionLogin(mfa, { ...login, ...VISITOR });
    if (waiting.needed === 'none') throw new Error('nothing was asked');
    expect(types(waiting.requirements)).toEqual(['otp', 'recovery-code']);
    const otp = mfa.types.find(({ name }) => name === 'otp');
    if (!otp) throw new Error('no otp');
    const { proof } = await proveSession(mfa, {
      token: waiting.token,
      type: otp,
      proof: { value: totp(secret, t.clock.now()) },
      request: VISITOR.request,
    });
    expect(proof.amr).toEqual(['email', 'otp', 'mfa']);
    const again = await startStepUp(mfa, { proof, ...VISITOR });
    expect(types(again.requirements)).toEqual(['otp', 'recovery-code']);
    const asked = challenge(mfa, {
      token: await readMfaToken(mfa, again.token, { allowAccessToken: false }),
      client: SESSION_CLIENT,
      types: ['oob'],
      authenticatorId: undefined,
      channel: 'email',
      request: VISITOR.request,
    });
    await expect(asked).rejects.toMatchObject({ error: 'unsupported_challenge_type' });
  });

  test('R-002: does not enroll it when the second factor is asked for later', async () => {
    const t = await testApp({ policy: () => 'none' });
    const open = await startSessionLogin(t.mfa, { user: byLink, ...VISITOR });
    if (open.needed !== 'none') throw new Error('something was asked');
    const later = await startStepUp(t.mfa, { proof: open.proof, ...VISITOR });
    expect(later.needed).toBe('enroll');
    const refused = await client(t.app).associate(later.token, EMAIL);
    expect([refused.status, refused.body.error]).toEqual([403, 'access_denied']);
    await client(t.app).associate(later.token, OTP).expect(200);
  });
});

test('R-002: a refresh token of a login by link leads to no code in the mailbox', async () => {
  const { t, secret } = await world();
  const http = client(t.app, 'app');
  const link = { password: 'link', scope: 'openid offline_access' };
  const { mfa_token: token } = (await http.login(link).expect(403)).body;
  const tokens = (await http.otp(token, totp(secret, t.clock.now())).expect(200)).body;
  t.clock.advance(600);
  const asked = await http.token({
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
    audience: 'https://auth.example.com/mfa/',
    scope: 'enroll',
  });
  expect([asked.status, asked.body.error]).toEqual([403, 'mfa_required']);
  expect(types(asked.body.mfa_requirements)).toEqual(['otp', 'recovery-code']);
  const mail = await http.challenge({ mfa_token: asked.body.mfa_token, challenge_type: 'oob' });
  expect(mail.body.error).toBe('unsupported_challenge_type');
});
