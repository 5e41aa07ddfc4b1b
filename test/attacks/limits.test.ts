// how many enrollments may wait, and how many authenticators a user may have.
import { describe, expect, test } from 'vitest';
import { OTP, SMS } from '../support/app.js';
import {
  copies,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  totp,
  type World,
  world,
  wrongCode,
} from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';

const FULL = {
  error: 'access_denied',
  error_description: 'The maximum number of authenticators is reached.',
};

const stored = async (w: World, kind: string, status: string) => {
  const { authenticators } = await w.mfa.store.load({ userId: 'u1' });
  return authenticators.filter((it) => it.kind === kind && it.status === status);
};

describe.each(storeKinds)('R-059: on %s', (_, makeStores) => {
  test('R-059, D27: of ten enrollments begun by as many logins at once three wait, with their recovery codes', async () => {
    const w = await world({ makeStores, slow: 3 });
    const begin = async (i: number) =>
      w.at(i).associate(await mfaToken(w, {}, i % 2 ? 'spa' : 'other'), OTP);
    await copies(10, begin);
    expect((await stored(w, 'otp', 'pending')).length).toBe(3);
    expect((await stored(w, 'recovery-code', 'pending')).length).toBe(3);
    const token = await mfaToken(w);
    const { secret } = (await w.at(0).associate(token, OTP).expect(200)).body;
    expect((await stored(w, 'otp', 'pending')).length).toBe(3);
    await w.at(1).otp(token, totp(secret, w.clock.now())).expect(200);
    expect((await stored(w, 'otp', 'pending')).length).toBe(0);
  });
});

describe('R-059: active authenticators', () => {
  test('R-059, D28: with ten the eleventh is refused, by app and by phone, and nothing is sent', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const [{ account }, [app]] = [
      await w.mfa.store.load({ userId: 'u1' }),
      await stored(w, 'otp', 'active'),
    ];
    if (!account || !app) throw new Error('not enrolled');
    const phones = Array.from({ length: 9 }, (_, i) => ({ ...app, id: `dev_${i}`, kind: 'phone' }));
    await w.mfa.store.commit({ account, put: { authenticators: phones } });
    for (const body of [SMS, OTP]) {
      const answer = await w.at(0).associate(access, body);
      expect([answer.status, answer.body]).toEqual([403, FULL]);
    }
    expect(w.messages).toEqual([]);
  });

  test('R-059, R-026: with two authenticator apps a third one is refused, a phone is not', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const second = (await w.at(0).associate(access, OTP).expect(200)).body.secret;
    await w.at(0).otp(access, totp(second, w.clock.now())).expect(200);
    expect((await w.at(0).associate(access, OTP)).body).toEqual(FULL);
    await w.at(0).associate(access, SMS).expect(200);
  });
});

describe('D17: five logins of a user and client at once', () => {
  test('D17, R-025: an enrollment by an access token is confirmed, however many logins somebody with the password begins', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const second = (await w.at(0).associate(access, OTP).expect(200)).body.secret;
    for (let i = 0; i < 8; i++) await mfaToken(w);
    const wrong = await w.at(0).otp(access, wrongCode(totp(second, w.clock.now()), 77));
    expect(wrong.body.error_description).toBe('Invalid otp_code.');
    await w.at(1).otp(access, totp(second, w.clock.now())).expect(200);
    expect((await stored(w, 'otp', 'active')).length).toBe(2);
    await w
      .at(1)
      .otp(access, totp(second, w.clock.now() + 30_000))
      .expect(403); // confirms once
  });
});
