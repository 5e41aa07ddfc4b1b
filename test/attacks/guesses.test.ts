// How many guesses are compared, whatever an attacker who has the password does at once.
import { describe, expect, test } from 'vitest';
import { enrollPhone } from '../support/app.js';
import {
  associated,
  challenged,
  copies,
  enrollOtp,
  mfaToken,
  retryAfter,
  tally,
  totp,
  world,
  wrongCode,
} from '../support/attack.js';
import { storeKinds } from '../support/store-kinds.js';

describe.each(storeKinds)('on %s', (_, makeStores) => {
  const begin = () => world({ makeStores, slow: 3 });

  test('R-020, R-023, B14: of 200 wrong codes at once on one challenge 5 are compared; then it is locked for exactly Retry-After', async () => {
    const w = await begin();
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    const answers = await copies(200, (i) => w.at(i).oob(token, oobCode, wrongCode(code, i + 1)));
    expect(tally(answers)).toEqual({ '403 invalid_grant': 5, '429 too_many_attempts': 195 });
    const compared = answers.filter(({ status }) => status === 403);
    for (const { body } of compared) expect(body.error_description).toBe('Invalid binding_code.');
    const waits = new Set(answers.filter(({ status }) => status === 429).map(retryAfter));
    expect([...waits]).toEqual([60]);

    const right = await w.at(0).oob(token, oobCode, code);
    expect(right.status).toBe(429);
    expect(retryAfter(right)).toBe(60);
    w.clock.advance(59);
    const early = await w.at(1).challenge({ mfa_token: token });
    expect([early.status, retryAfter(early)]).toEqual([429, 1]);
    expect((await w.at(1).oob(token, oobCode, code)).status).toBe(429);
    w.clock.advance(1);
    const anew = await w.at(1).challenge({ mfa_token: token }).expect(200);
    await w.at(0).oob(token, anew.body.oob_code, w.code()).expect(200);
  });

  test('R-020, R-021: of 200 wrong otp codes at once, over five logins and two clients, 5 are compared', async () => {
    const w = await begin();
    const { secret } = await enrollOtp(w);
    const tokens = await copies(5, (i) => mfaToken(w, {}, i % 2 ? 'other' : 'spa'));
    const right = totp(secret, w.clock.now());
    const answers = await copies(200, (i) =>
      w
        .at(i, (i % 5) % 2 ? 'other' : 'spa')
        .otp(tokens[i % 5] as string, wrongCode(right, 1000 + i)),
    );
    expect(tally(answers)).toEqual({ '403 invalid_grant': 5, '429 too_many_attempts': 195 });
    expect((await w.at(0).otp(tokens[0] as string, right)).status).toBe(429);
  });

  test('R-020, D7: of 100 wrong recovery codes at once 5 are compared, and the factors stay open', async () => {
    const w = await begin();
    const { secret, recoveryCode } = await enrollOtp(w);
    const tokens = await copies(5, () => mfaToken(w));
    const guess = (i: number) => `${recoveryCode.slice(0, 22)}${String(i + 10)}`;
    const answers = await copies(100, (i) => w.at(i).recovery(tokens[i % 5] as string, guess(i)));
    expect(tally(answers)).toEqual({ '403 invalid_grant': 5, '429 too_many_attempts': 95 });
    expect(retryAfter(answers.find(({ status }) => status === 429) as never)).toBe(86_400);
    const token = await mfaToken(w);
    expect((await w.at(1).recovery(token, recoveryCode)).status).toBe(429);
    await w.at(1).otp(token, totp(secret, w.clock.now())).expect(200);
  });

  test('R-020: of 200 wrong codes at once on one enrollment 5 are compared', async () => {
    const w = await begin();
    const { token, oobCode, code } = await associated(w);
    const answers = await copies(200, (i) => w.at(i).oob(token, oobCode, wrongCode(code, i + 1)));
    expect(tally(answers)).toEqual({ '403 invalid_grant': 5, '429 too_many_attempts': 195 });
  });
});

describe('five guesses are five (D3)', () => {
  test('R-020: after four wrong codes the fifth guess, the right one, passes', async () => {
    const w = await world();
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    for (let i = 1; i < 5; i++) await w.at(0).oob(token, oobCode, wrongCode(code, i)).expect(403);
    await w.at(0).oob(token, oobCode, code).expect(200);
  });

  test('R-028: an authenticator that 49 guesses in a row failed at is not disabled by the right one', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    await failures(w, 49);
    await w
      .at(0)
      .otp(await mfaToken(w), totp(secret, w.clock.now()))
      .expect(200);
  });
});

/** Sets the failures in a row of every authenticator of u1. */
async function failures(w: Awaited<ReturnType<typeof world>>, count: number) {
  const { account, authenticators } = await w.mfa.store.load({ userId: 'u1' });
  if (!account) throw new Error('no account');
  const counts = Object.fromEntries(authenticators.map(({ id }) => [id, count]));
  await w.mfa.store.commit({ account: { ...account, failures: counts } });
}

describe('R-028: 50 failures in a row', () => {
  test('R-028: disable an authenticator for ever: not listed as active, not challenged, its codes refused', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    await failures(w, 49);
    const right = totp(secret, w.clock.now());
    await w
      .at(0)
      .otp(await mfaToken(w), wrongCode(right))
      .expect(403);
    w.clock.advance(40 * 86_400);
    const token = await mfaToken(w);
    const after = await w.at(0).otp(token, totp(secret, w.clock.now()));
    expect(after.status).toBe(401);
    const list = (await w.at(0).list(token).expect(200)).body;
    expect(list.find((it: { type: string }) => it.type === 'otp').active).toBe(false);
    expect((await w.at(0).challenge({ mfa_token: token })).status).toBe(401);
  });

  test('R-050: do not open the door to enroll another one with the password alone', async () => {
    const w = await world();
    await enrollOtp(w);
    await failures(w, 50);
    const token = await mfaToken(w);
    const answer = await w.at(0).associate(token, { authenticator_types: ['otp'] });
    expect(answer.body.error_description).toBe('User is already enrolled.');
  });

  test('R-028: of the phone leave the authenticator app alone', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const { account } = await w.mfa.store.load({ userId: 'u1' });
    if (!account) throw new Error('no account');
    await w.mfa.store.commit({ account: { ...account, failures: { dev_other: 50 } } });
    await w
      .at(0)
      .otp(await mfaToken(w), totp(secret, w.clock.now()))
      .expect(200);
  });
});

describe('R-023: during a wait', () => {
  test('R-023: 100 tries, the right code among them, are all refused and do not extend it', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const tokens = await copies(3, () => mfaToken(w));
    const right = () => totp(secret, w.clock.now());
    for (let i = 1; i <= 5; i++) await w.at(0).otp(tokens[0] as string, wrongCode(right(), i));
    for (let i = 0; i < 100; i++) {
      const code = i % 3 ? wrongCode(right(), i + 7) : right();
      const answer = await w.at(0).otp(tokens[i % 3] as string, code);
      expect(answer.status).toBe(429);
      expect(retryAfter(answer)).toBe(60 - Math.floor(i / 2));
      if (i % 2) w.clock.advance(1);
    }
    w.clock.advance(10);
    await w
      .at(0)
      .otp(tokens[1] as string, right())
      .expect(200);
  });
});
