// A second factor is added or removed only by someone who just passed the existing one.
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, SMS } from '../support/app.js';
import {
  associated,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  sparePhone,
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
  ])('R-050, B8: with one active, %s is refused and nothing is stored or sent', async (_, body) => {
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
  test('R-051, R-054, B10: at 300 seconds it does, at 301 it does not', async () => {
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
    await sparePhone(w);
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
