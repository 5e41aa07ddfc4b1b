// an attacker who has the password and all the time in the world, on every path that reaches a comparison.
import { describe, expect, test } from 'vitest';
import { enrollPhone, OTP, SMS } from '../support/app.js';
import {
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  totp,
  type World,
  world,
  wrongCode,
} from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';
import { attack, byOtp, clientOf, DAY, type Guess, most } from './attack-loop.js';

const MFA = { audience: 'https://auth.example.com/mfa/' };

/** A new login and a new message for every guess; when none is sent, that is the answer. */
const byPhone = (w: World): Guess => {
  return async (i) => {
    const token = await mfaToken(w, {}, clientOf(i));
    const c = w.at(i, clientOf(i));
    const asked = await c.challenge({ mfa_token: token, challenge_type: 'oob' });
    if (asked.status !== 200) return asked;
    return c.oob(token, asked.body.oob_code, wrongCode(w.code(), i + 1));
  };
};

/** A new enrollment for every guess. */
const byEnrollment = (w: World): Guess => {
  return async (i) => {
    const token = await mfaToken(w);
    const c = w.at(i);
    const { body } = await c.associate(token, OTP).expect(200);
    return c.otp(token, wrongCode(totp(body.secret, w.clock.now()), 77));
  };
};

/** A pending authenticator is made, guessed at, deleted and made again, with an access token. */
const byEnrollAndDelete = (w: World, accessToken: () => Promise<string>): Guess => {
  return async (i) => {
    const token = await accessToken();
    const c = w.at(i);
    const { body } = await c.associate(token, OTP).expect(200);
    const answer = await c.otp(token, wrongCode(totp(body.secret, w.clock.now()), 77));
    await w
      .at(i + 1)
      .remove(token, body.id)
      .expect(204);
    return answer;
  };
};

describe.each(storeKinds)('on %s', (_, makeStores) => {
  const begin = () => world({ makeStores });

  test('R-021, R-028, B17: guesses at an authenticator app: 15 in any 24 hours, and 50 in a row disable it', async () => {
    const w = await begin();
    const { secret } = await enrollOtp(w);
    const compared = await attack(w, 31, byOtp(w, secret));
    expect(compared.length).toBe(50);
    expect(most(compared, DAY)).toBe(15);
  });

  test('R-021: 8 days of guesses by every factor in turn share one budget', async () => {
    const w = await begin();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const started = (await w.at(0).associate(access, SMS).expect(200)).body;
    await w.at(0).oob(access, started.oob_code, w.code()).expect(200);
    const paths = [byOtp(w, secret), byPhone(w), byPhone(w)];
    const compared = await attack(w, 8, (i) => (paths[i % 3] as Guess)(i));
    expect(compared.length).toBeGreaterThanOrEqual(60);
    expect(most(compared, DAY)).toBeLessThanOrEqual(15);
    expect(most(compared, 30 * DAY)).toBeLessThanOrEqual(60);
  });

  test('R-021: 3 days of guesses at phone codes, a new message each', async () => {
    const w = await begin();
    await enrollPhone(w);
    const compared = await attack(w, 3, byPhone(w));
    expect(most(compared, DAY)).toBeLessThanOrEqual(15);
  });

  test('R-021: 31 days of guesses at enrollments that are begun anew each time', async () => {
    const w = await begin();
    const compared = await attack(w, 31, byEnrollment(w));
    expect(most(compared, DAY)).toBe(15);
    expect(most(compared, 30 * DAY)).toBe(60);
  });

  test('R-021: 5 days of enroll, guess, delete, with the password alone', async () => {
    const w = await begin();
    const login = { ...MFA, scope: 'enroll remove:authenticators' };
    const accessToken = async () => (await w.at(0).login(login).expect(200)).body.access_token;
    const compared = await attack(w, 5, byEnrollAndDelete(w, accessToken));
    expect(most(compared, DAY)).toBe(15);
    expect(compared.length).toBe(60);
  });

  test('R-021, D7: 5 days of guesses at the recovery code: 5 in any 24 hours', async () => {
    const w = await begin();
    await enrollPhone(w);
    const compared = await attack(w, 5, async (i) =>
      w
        .at(i, clientOf(i))
        .recovery(await mfaToken(w, {}, clientOf(i)), `${'A'.repeat(20)}${1000 + i}`),
    );
    expect(most(compared, DAY)).toBe(5);
  });
});
