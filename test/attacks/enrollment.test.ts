// A second factor is added or removed only by someone who just passed the existing one.
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, SMS } from '../support/app.js';
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

const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'], email: 'x@example.com' };
const VOICE = { ...SMS, oob_channels: ['voice'] };
const MFA = { audience: 'https://auth.example.com/mfa/' };
const ENROLLED = { error: 'access_denied', error_description: 'User is already enrolled.' };

const stored = async (w: World) => (await w.mfa.store.load({ userId: 'u1' })).authenticators;
const types = async (w: World, token: string) =>
  (await w.at(0).list(token).expect(200)).body.map(
    (it: { type: string; active: boolean }) => `${it.type}${it.active ? '' : ' pending'}`,
  );

describe('R-050: with an mfa_token only the first authenticator', () => {
  test.each([
    ['otp', OTP],
    ['sms', SMS],
    ['voice', VOICE],
    ['email', EMAIL],
  ])('R-050: with one active, %s is refused and nothing is stored or sent', async (_, body) => {
    const w = await world();
    await enrollOtp(w);
    const before = await stored(w);
    const answer = await w.at(0).associate(await mfaToken(w), body);
    expect([answer.status, answer.body]).toEqual([403, ENROLLED]);
    expect(await stored(w)).toEqual(before);
    expect(w.messages).toHaveLength(0);
  });

  test('R-050: begun before the first one was active, it cannot be confirmed after', async () => {
    const w = await world();
    const parked = await associated(w, { phone: '+15555550166' });
    const parkedOtp = await mfaToken(w);
    const { secret } = (await w.at(0).associate(parkedOtp, OTP).expect(200)).body;
    await enrollPhone(w);
    const late = [
      await w.at(0).oob(parked.token, parked.oobCode, parked.code),
      await w.at(0).otp(parkedOtp, totp(secret, w.clock.now())),
    ];
    for (const { status, body } of late) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body.access_token).toBeUndefined();
    }
    expect(await types(w, await mfaToken(w))).toEqual(['phone', 'phone', 'recovery-code']);
  });

  test('R-050: an access token that a password alone gave before the first was active adds none after', async () => {
    const w = await world();
    const parked = (await w.at(0).login(MFA).expect(200)).body.access_token;
    const started = (await w.at(0).associate(parked, OTP).expect(200)).body;
    await enrollPhone(w);
    const code = totp(started.secret, w.clock.now());
    expect((await w.at(0).otp(parked, code)).body.access_token).toBeUndefined();
    for (const body of [OTP, EMAIL]) {
      expect((await w.at(0).associate(parked, body)).status).toBe(403);
    }
    expect(await types(w, await mfaToken(w))).not.toContain('otp');
  });
});

describe('R-051, R-054: with an access token, a proof not older than 300 seconds', () => {
  test('R-051, R-054: at 300 seconds it does, at 301 it does not', async () => {
    const w = await world();
    const { secret, id } = await enrollOtp(w);
    const token = await mfaAccessToken(w, { secret });
    w.clock.advance(300);
    await w.at(0).associate(token, EMAIL).expect(200);
    w.clock.advance(1);
    expect((await w.at(0).associate(token, { ...EMAIL, email: 'y@example.com' })).status).toBe(401);
    const removed = await w.at(0).remove(token, id);
    expect([removed.status, removed.body.error]).toEqual([401, 'invalid_grant']);
    await w.at(0).list(token).expect(200);
  });

  test('R-051: an email authenticator counts: no token for the MFA API without it', async () => {
    const w = await world();
    const token = await mfaToken(w);
    const started = (await w.at(0).associate(token, EMAIL).expect(200)).body;
    await w.at(0).oob(token, started.oob_code, w.code()).expect(200);
    expect((await w.at(0).login(MFA)).body.error).toBe('mfa_required');
  });

  test('R-051: the audience without its slash is the same audience', async () => {
    const w = await world();
    await enrollOtp(w);
    const answer = await w.at(0).login({ audience: 'https://auth.example.com/mfa' });
    expect(answer.body.error).toBe('mfa_required');
  });

  test('R-054, R-082: a recovery code lets its user add, but not remove', async () => {
    const w = await world();
    const { id, recoveryCode } = await enrollOtp(w);
    const login = await mfaToken(w, { ...MFA, scope: 'enroll remove:authenticators' });
    const token = (await w.at(0).recovery(login, recoveryCode).expect(200)).body.access_token;
    await w.at(0).associate(token, SMS).expect(200);
    expect((await w.at(0).remove(token, id)).status).toBe(401);
  });

  test("R-054: ids of other users, and other spellings of one's own, are not found", async () => {
    const w = await world();
    const bob = { username: 'bob@example.com', password: 'battery staple' };
    const other = await enrollPhone(w, { phone: '+15555550177', login: bob });
    const { secret, id } = await enrollOtp(w);
    const token = await mfaAccessToken(w, { secret });
    const suffix = id.slice('totp|'.length);
    const raw = (path: string) =>
      client(w.app)
        .http.delete(path)
        .set({ Authorization: `Bearer ${token}` });
    const paths = [
      other.id,
      `otp|${suffix}`,
      `sms|${suffix}`,
      suffix,
      id.toLowerCase(),
      `${id}.`,
      `${id} `,
      `${id}\0`,
    ].map((it) => `/mfa/authenticators/${encodeURIComponent(it)}`);
    paths.push(
      `/mfa/authenticators/totp%257C${suffix}`,
      '/mfa/authenticators/%2e%2e',
      '/mfa/authenticators/%',
    );
    for (const path of paths) expect([path, (await raw(path)).status]).toEqual([path, 404]);
    expect((await stored(w)).filter(({ kind }) => kind === 'otp')).toHaveLength(1);
    await raw(`/mfa/authenticators/totp%7C${suffix}`).expect(204);
  });
});

describe('R-052: a pending authenticator is inert', () => {
  test('R-052: it is not challenged, not counted as enrolled, and proves nothing in another login', async () => {
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
  test('R-053: the old secret logs in until the new one is confirmed, and after it', async () => {
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
    expect(text).toContain('XXXXXXXX0123');
  });
});
