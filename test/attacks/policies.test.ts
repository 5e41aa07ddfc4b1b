// A policy can only demand more, and what it demands cannot be gone around.
import { importAuthenticators, type PolicyAnswer } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { OTP, PHONE, SMS } from '../support/app.js';
import { mfaToken, totp, world } from '../support/attack.js';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'], email: 'x@example.com' };

/** A user with an authenticator app and a phone. */
async function enrolled(policy: () => PolicyAnswer) {
  const w = await world({ policy });
  await importAuthenticators(w.mfa, 'u1', [
    { totp: { secret: SECRET } },
    { phone: { value: PHONE } },
  ]);
  return w;
}

describe('R-003: a user who has an authenticator is asked for it', () => {
  test.each(['none', 'challenge', 'enroll'] as const)('R-003: policy %s', async (answer) => {
    const w = await enrolled(() => answer);
    expect((await w.at(0).login()).body.error).toBe('mfa_required');
    expect((await w.at(0).login({ audience: 'https://auth.example.com/mfa/' })).status).toBe(403);
  });
});

describe('R-001: a policy that names kinds', () => {
  test('R-001: is not gone around by a proof of another kind, without a challenge', async () => {
    const w = await enrolled(() => ({ challenge: ['phone'] }));
    const answer = await w.at(0).otp(await mfaToken(w), totp(SECRET, w.clock.now()));
    expect(answer.body.access_token).toBeUndefined();
  });

  test('R-001: is not gone around by a challenge of another kind', async () => {
    const w = await enrolled(() => ({ challenge: ['otp'] }));
    const answer = await w.at(0).challenge({ mfa_token: await mfaToken(w), challenge_type: 'oob' });
    expect(answer.body.error).toBe('unsupported_challenge_type');
    expect(w.messages).toHaveLength(0);
  });

  test('R-001: for enrollment is not gone around with an mfa_token', async () => {
    const w = await world({ policy: () => ({ enroll: ['otp'] }) });
    for (const body of [SMS, EMAIL]) {
      const answer = await w.at(0).associate(await mfaToken(w), body);
      expect(answer.body.error_description).toBe('The factor is not enabled.');
    }
  });

  test('R-001: for enrollment is not gone around with an access token for the MFA API', async () => {
    const w = await world({ policy: () => ({ enroll: ['otp'] }) });
    const login = { audience: 'https://auth.example.com/mfa/', scope: 'enroll' };
    const { access_token: access } = (await w.at(0).login(login).expect(200)).body;
    for (const body of [SMS, EMAIL]) {
      const answer = await w.at(0).associate(access, body);
      expect(answer.body.error_description).toBe('The factor is not enabled.');
    }
    await w.at(0).associate(access, OTP).expect(200);
  });

  test.each([[{}], [{ challenge: [] }], [{ enroll: 'otp' }], ['None'], [['none']], [true], [1]])(
    'R-010: an answer that is none, %j, refuses the login',
    async (answer) => {
      const w = await world({ policy: () => answer as never });
      expect((await w.at(0).login()).status).toBe(500);
    },
  );
});
