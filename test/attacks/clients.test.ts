// which client may finish a login.
import { describe, expect, test } from 'vitest';
import { client, OTP_GRANT } from '../support/app.js';
import { enrollOtp, mfaToken, totp, world } from '../support/attack.js';

describe('R-102: a confidential client proves itself at every token request', () => {
  const cases = [
    ['no secret', {}],
    ['a wrong secret', { client_secret: 'web-secre' }],
    ["another client's secret", { client_secret: 'basic secret:ä' }],
    ['an empty secret', { client_secret: '' }],
  ] as const;
  test.each(cases)(
    'R-102: %s: 401, and the guess is neither compared nor charged',
    async (_, more) => {
      const w = await world();
      const { secret } = await enrollOtp(w);
      const login = await client(w.app, 'web').login({ client_secret: 'web-secret' }).expect(403);
      const before = await w.mfa.store.load({ userId: 'u1' });
      const right = totp(secret, w.clock.now());
      const answer = await w.at(0, 'web').otp(login.body.mfa_token, right, more);
      expect([answer.status, answer.body]).toEqual([
        401,
        { error: 'invalid_client', error_description: 'Client authentication failed' },
      ]);
      expect(await w.mfa.store.load({ userId: 'u1' })).toEqual(before);
      const ok = { client_secret: 'web-secret' };
      await w.at(0, 'web').otp(login.body.mfa_token, right, ok).expect(200);
    },
  );

  test('R-102: a public client cannot finish the login of a confidential one', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const login = await client(w.app, 'web').login({ client_secret: 'web-secret' }).expect(403);
    const answer = await w.at(0, 'spa').otp(login.body.mfa_token, totp(secret, w.clock.now()));
    expect(answer.body.error_description).toBe('mfa_token not issued to this client');
  });

  test('R-102: a client without the MFA switch gets nowhere with a stolen mfa_token', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const token = await mfaToken(w);
    const body = { grant_type: OTP_GRANT, client_id: 'nomfa', mfa_token: token };
    const answer = await client(w.app)
      .http.post('/oauth/token')
      .send({ ...body, otp: totp(secret, w.clock.now()) });
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });
});

describe('R-094: the password grant', () => {
  test.each(['password', 'http://auth0.com/oauth/grant-type/password-realm'])(
    'R-094: %s is refused for a client that does not have it, before the password is looked at',
    async (grant) => {
      const asked: string[] = [];
      const w = await world({
        users: {
          findById: () => undefined,
          authenticate: (username) => {
            asked.push(username);
            return { id: 'u1' };
          },
        },
      });
      const login = { grant_type: grant, realm: 'Users' };
      const answer = await client(w.app, 'nopassword').login(login);
      expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
      expect(asked).toEqual([]);
      await client(w.app).login(login).expect(403);
      expect(asked).toEqual(['ann@example.com']);
    },
  );

  test('R-094: a client without any grant has none', async () => {
    const w = await world({
      clients: { findById: (id) => ({ id, tokenEndpointAuthMethod: 'none', grantTypes: [] }) },
    });
    const answer = await client(w.app).login();
    expect([answer.status, answer.body.error]).toEqual([403, 'unauthorized_client']);
  });
});
