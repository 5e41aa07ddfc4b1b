// What is not confirmed yet, and what is confirmed at last.
import { describe, expect, test } from 'vitest';
import { OTP, SMS } from '../support/app.js';
import {
  associated,
  challenged,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  totp,
  type World,
  world,
} from '../support/attack.js';
import { masked } from '../support/masked.js';

const types = async (w: World, token: string) =>
  (await w.at(0).list(token).expect(200)).body.map(
    (it: { type: string; active: boolean }) => `${it.type}${it.active ? '' : ' pending'}`,
  );

describe('R-052: a pending authenticator is inert', () => {
  test('R-052, B30: it is not challenged, not counted as enrolled, and proves nothing in another login', async () => {
    const w = await world();
    const { token, oobCode, code } = await associated(w);
    const fresh = await w.at(0).login();
    expect(fresh.body.mfa_requirements).toEqual({ enroll: [{ type: 'otp' }, { type: 'phone' }] });
    const other = fresh.body.mfa_token;
    expect((await w.at(0).challenge({ mfa_token: other })).body.error).toBe(
      'unsupported_challenge_type',
    );
    expect((await w.at(0).oob(other, oobCode, code)).status).toBe(400);
    await w.at(0).oob(token, oobCode, code).expect(200);
  });

  test('R-052: its recovery code is no proof before it is confirmed', async () => {
    const w = await world();
    const { token, body } = await associated(w);
    for (const it of [token, await mfaToken(w)]) {
      const answer = await w.at(0).recovery(it, body.recovery_codes[0]);
      expect([answer.status, answer.body.error]).toEqual([403, 'unsupported_challenge_type']);
    }
  });

  test('R-052: it is gone at 600 seconds', async () => {
    const w = await world();
    const { token } = await associated(w);
    w.clock.advance(599);
    expect(await types(w, token)).toHaveLength(3);
    w.clock.advance(1);
    expect(await types(w, await mfaToken(w))).toEqual([]);
  });

  test('R-052: every other pending one is gone when one is confirmed', async () => {
    const w = await world();
    const token = await mfaToken(w);
    const { secret } = (await w.at(0).associate(token, OTP).expect(200)).body;
    await w.at(0).associate(token, SMS).expect(200);
    await w.at(0).otp(token, totp(secret, w.clock.now())).expect(200);
    expect(await types(w, await mfaToken(w))).toEqual(['otp', 'recovery-code']);
  });
});

describe('R-053: association does not touch what is active', () => {
  test('R-053, B9: the old secret logs in until the new one is confirmed, and after it', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    w.clock.advance(60);
    const again = (await w.at(0).associate(access, OTP).expect(200)).body;
    expect(again.secret).not.toBe(secret);
    await w
      .at(0)
      .otp(await mfaToken(w), totp(secret, w.clock.now()))
      .expect(200);
    const wrong = await w.at(0).otp(await mfaToken(w), totp(again.secret, w.clock.now()));
    expect(wrong.status).toBe(403);
    await w.at(0).otp(access, totp(again.secret, w.clock.now())).expect(200);
    w.clock.advance(60);
    await w
      .at(0)
      .otp(await mfaToken(w), totp(secret, w.clock.now()))
      .expect(200);
  });
});

describe('R-057, R-058: what was associated', () => {
  test('R-057: is what is confirmed, whatever the confirmation says', async () => {
    const w = await world();
    const { token, oobCode, code } = await associated(w);
    const more = { phone_number: '+15555550199', secret: 'A'.repeat(32), authenticator_id: 'x' };
    await w.at(0).oob(token, oobCode, code, more).expect(200);
    await challenged(w);
    expect(w.messages.at(-1)?.to).toBe(SMS.phone_number);
  });

  test('R-058: shows its secret, number and recovery code once, and only masked after that', async () => {
    const w = await world();
    const token = await mfaToken(w);
    const first = (await w.at(0).associate(token, OTP).expect(200)).body;
    const second = (await w.at(0).associate(token, SMS).expect(200)).body;
    expect(second.recovery_codes).toBeUndefined();
    const text = JSON.stringify([second, (await w.at(0).list(token).expect(200)).body]);
    for (const it of [first.secret, first.recovery_codes[0], SMS.phone_number, w.code()]) {
      expect(text).not.toContain(it);
    }
    expect(text).toContain(masked('0123'));
  });
});
