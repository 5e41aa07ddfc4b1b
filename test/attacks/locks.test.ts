// What does and does not end a lock.
import type { PolicyAnswer } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { enrollPhone, OTP, PHONE, SMS } from '../support/app.js';
import {
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  retryAfter,
  totp,
  world,
  wrongCode,
} from '../support/attack.js';
import { attack, byOtp, DAY, most } from './attack-loop.js';

describe('R-022: the owner logs in', () => {
  test('R-022: every day, which clears the row but not the windows: the attacker still has 15 and 60', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const guess = byOtp(w, secret);
    let next = w.clock.now();
    const compared = await attack(w, 31, async (i) => {
      if (w.clock.now() >= next) {
        w.clock.advance(60);
        const { status } = await w.at(0).otp(await mfaToken(w), totp(secret, w.clock.now()));
        if (status === 200) next = w.clock.now() + 6 * 3_600_000;
      }
      return guess(i);
    });
    expect(most(compared, DAY)).toBeLessThanOrEqual(15);
    expect(most(compared, 30 * DAY)).toBeLessThanOrEqual(60);
  });

  test('R-022: after 14 failures: one more is compared, the next is refused for exactly the rest of the 24 hours', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const began = w.clock.now();
    for (let i = 1; i <= 14; i++) {
      const token = await mfaToken(w);
      await w
        .at(0)
        .otp(token, wrongCode(totp(secret, w.clock.now()), i))
        .expect(403);
      w.clock.advance(301);
    }
    await w
      .at(0)
      .otp(await mfaToken(w), totp(secret, w.clock.now()))
      .expect(200);
    w.clock.advance(60);
    const token = await mfaToken(w);
    await w
      .at(0)
      .otp(token, wrongCode(totp(secret, w.clock.now())))
      .expect(403);
    const right = await w.at(1).otp(token, totp(secret, w.clock.now()));
    expect(right.status).toBe(429);
    expect(retryAfter(right)).toBe(Math.ceil((began + DAY - w.clock.now()) / 1000));
  });
});

describe('R-021: a lock is not left by', () => {
  const locked = async (options = {}) => {
    const w = await world(options);
    const { secret, recoveryCode, id } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    w.clock.advance(60);
    const token = await mfaToken(w);
    const right = totp(secret, w.clock.now());
    for (let i = 1; i <= 5; i++) await w.at(0).otp(token, wrongCode(right, i)).expect(403);
    const refused = async (clientId = 'spa') => {
      const answer = await w.at(1, clientId).otp(await mfaToken(w, {}, clientId), right);
      expect([answer.status, answer.body.error]).toEqual([429, 'too_many_attempts']);
    };
    return { w, secret, recoveryCode, id, access, refused };
  };

  test('R-021: another client or another address', async () => {
    const { refused } = await locked();
    await refused('other');
  });

  test('R-021: success on another account', async () => {
    const { w, refused } = await locked();
    await enrollPhone(w, {
      phone: '+15555550177',
      login: { username: 'bob@example.com', password: 'battery staple' },
    });
    await refused();
  });

  test('R-021: a second authenticator: its confirmation is refused as well', async () => {
    const { w, access, refused } = await locked();
    const { body } = await w
      .at(0)
      .associate(access, { ...SMS, phone_number: PHONE })
      .expect(200);
    expect((await w.at(0).oob(access, body.oob_code, w.code())).status).toBe(429);
    await w.at(0).remove(access, body.id).expect(204);
    await refused();
  });

  test('R-021: deleting the authenticator and enrolling it anew', async () => {
    let policy: PolicyAnswer = 'enroll';
    const { w, access, id, refused } = await locked({ policy: () => policy });
    policy = 'none';
    await w.at(0).remove(access, id).expect(204);
    policy = 'enroll';
    const token = await mfaToken(w);
    const { secret } = (await w.at(0).associate(token, OTP).expect(200)).body;
    expect((await w.at(0).otp(token, totp(secret, w.clock.now()))).status).toBe(429);
    await refused();
  });

  test('R-021: a purge of what has expired', async () => {
    const { w, refused } = await locked();
    await w.mfa.purge();
    await refused();
  });
});
