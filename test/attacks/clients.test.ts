// which client may finish a login.
import { describe, expect, test } from 'vitest';
import { client, OTP_GRANT } from '../support/app.js';
import { enrollOtp, mfaToken, totp, world } from '../support/attack.js';

const _INVALID = {
  error: 'invalid_grant',
  error_description: 'The mfa_token provided is invalid. Try getting a new token.',
};

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
