// Where each kind of token works, and where it does not.
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP } from '../support/app.js';
import {
  challenged,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  sparePhone,
  totp,
  world,
} from '../support/attack.js';

const INVALID = {
  error: 'invalid_grant',
  error_description: 'The mfa_token provided is invalid. Try getting a new token.',
};

describe('R-007: an mfa_token', () => {
  test('R-007, B7: is dead after its one success, and so are its challenges', async () => {
    const w = await world();
    const { recoveryCode } = await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    await w.at(0).oob(token, oobCode, code).expect(200);
    const replays = [
      await w.at(0).oob(token, oobCode, code),
      await w.at(0).recovery(token, recoveryCode),
      await w.at(0).challenge({ mfa_token: token }),
    ];
    for (const { status, body } of replays) {
      expect([status, body.error_description]).toEqual([403, 'Malformed mfa_token']);
    }
    expect((await w.at(0).list(token)).body).toEqual(INVALID);
    expect((await w.at(0).associate(token, OTP)).body).toEqual(INVALID);
    await w
      .at(0)
      .recovery(await mfaToken(w), recoveryCode)
      .expect(200);
  });

  test('R-007: lives 600 seconds and not one longer', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const early = await mfaToken(w);
    w.clock.advance(599);
    await w.at(0).otp(early, totp(secret, w.clock.now())).expect(200);
    w.clock.advance(60);
    const late = await mfaToken(w);
    w.clock.advance(600);
    const answer = await w.at(0).otp(late, totp(secret, w.clock.now()));
    expect([answer.status, answer.body.error]).toEqual([401, 'expired_token']);
    expect((await w.at(0).list(late)).status).toBe(401);
  });

  test('R-007, D2: a code lives 300 seconds and not one longer', async () => {
    const w = await world();
    await enrollPhone(w);
    const first = await challenged(w);
    w.clock.advance(299);
    await w.at(0).oob(first.token, first.oobCode, first.code).expect(200);
    const second = await challenged(w);
    w.clock.advance(300);
    const answer = await w.at(0).oob(second.token, second.oobCode, second.code);
    expect([answer.status, answer.body.error]).toEqual([401, 'expired_token']);
  });

  test('R-007, D17: takes ten guesses in all, however long they are apart', async () => {
    const w = await world();
    await enrollOtp(w);
    const token = await mfaToken(w);
    const statuses = [];
    for (let i = 0; i < 12; i++) {
      statuses.push((await w.at(0).otp(token, `00000${i % 10}`)).status);
      w.clock.advance(i === 4 ? 60 : i === 9 ? 300 : 0);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 401, 401]);
  });
});

describe('R-092: each verb has its scope', () => {
  const all = ['enroll', 'read:authenticators', 'remove:authenticators'];
  test.each(all)('R-092: with only %s', async (scope) => {
    const w = await world();
    const { secret, id } = await enrollOtp(w);
    await sparePhone(w);
    const token = await mfaAccessToken(w, { secret, scope });
    const refusal = (expected: string) => ({
      error: 'insufficient_scope',
      error_description: `Insufficient scope, expected: ${expected}`,
    });
    const answers = {
      enroll: await w.at(0).associate(token, OTP),
      'read:authenticators': await w.at(0).list(token),
      'remove:authenticators': await w.at(0).remove(token, id),
    };
    for (const [needed, answer] of Object.entries(answers)) {
      if (needed === scope) expect(answer.status).toBeLessThan(300);
      else expect([answer.status, answer.body]).toEqual([403, refusal(needed)]);
    }
  });

  test('R-092: scopes that nobody configured, and near misses, are not granted', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const scope = 'Enroll enroll:all admin * read remove:authenticator';
    const token = await mfaAccessToken(w, { secret, scope });
    expect((await w.at(0).associate(token, OTP)).status).toBe(403);
    expect((await w.at(0).list(token)).status).toBe(403);
  });

  test('R-092: audience and scope that an MFA grant repeats do not widen the login', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const token = await mfaToken(w, { scope: 'openid' });
    const { body } = await w
      .at(0)
      .otp(token, totp(secret, w.clock.now()), {
        audience: 'https://auth.example.com/mfa/',
        scope: 'openid enroll remove:authenticators',
      })
      .expect(200);
    expect(body.scope).toBe('openid');
    expect((await w.at(0).associate(body.access_token, OTP)).status).toBe(401);
  });
});

describe('R-093: an mfa_token is no bearer token elsewhere, and a bearer token no mfa_token', () => {
  test('R-093: it is opaque, never a JWT', async () => {
    const w = await world();
    expect((await mfaToken(w)).split('.')).toHaveLength(1);
  });

  test('R-093, R-054: it removes nothing', async () => {
    const w = await world();
    const { id } = await enrollOtp(w);
    const answer = await w.at(0).remove(await mfaToken(w), id);
    expect([answer.status, answer.body]).toEqual([401, INVALID]);
  });

  test('R-093: an access token for the MFA API starts no challenge and passes no login', async () => {
    const w = await world();
    const { secret, recoveryCode } = await enrollOtp(w);
    const token = await mfaAccessToken(w, { secret });
    w.clock.advance(60);
    const answers = [
      await w.at(0).challenge({ mfa_token: token }),
      await w.at(0).otp(token, totp(secret, w.clock.now())),
      await w.at(0).recovery(token, recoveryCode),
    ];
    for (const { status, body } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body.access_token).toBeUndefined();
    }
  });

  test('R-093: an oob_code is no mfa_token', async () => {
    const w = await world();
    await enrollPhone(w);
    const { oobCode, token, code } = await challenged(w);
    const [, tail = ''] = oobCode.split(/^oob_/);
    for (const it of [oobCode, `mfa_${tail}`]) {
      expect((await w.at(0).list(it)).status).toBe(401);
      expect((await w.at(0).oob(it, oobCode, code)).status).toBe(403);
    }
    expect((await w.at(0).oob(token, token, code)).status).toBe(403);
  });

  test('R-093, R-100: tokens in the query or in a GET are not read', async () => {
    const w = await world();
    const token = await mfaToken(w);
    const { http } = client(w.app);
    expect((await http.get(`/mfa/authenticators?access_token=${token}`)).status).toBe(401);
    expect((await http.get(`/mfa/authenticators?mfa_token=${token}`)).status).toBe(401);
    const posted = await http.post(`/mfa/challenge?mfa_token=${token}&client_id=spa`).send({});
    expect(posted.status).toBe(400);
    expect((await http.get('/oauth/token?grant_type=password')).status).toBe(405);
  });
});
