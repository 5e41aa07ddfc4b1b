// The proofs themselves: otp codes, recovery codes, and what lies behind them in the store.
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP } from '../support/app.js';
import { challenged, enrollOtp, mfaAccessToken, mfaToken, totp, world } from '../support/attack.js';

const WRONG_OTP = { error: 'invalid_grant', error_description: 'Invalid otp_code.' };

describe('R-070: a step is accepted once and they rise', () => {
  test('R-070: the code that confirmed the enrollment does not log in', async () => {
    const w = await world();
    const token = await mfaToken(w);
    const { secret } = (await w.at(0).associate(token, OTP).expect(200)).body;
    const code = totp(secret, w.clock.now());
    await w.at(0).otp(token, code).expect(200);
    expect((await w.at(0).otp(await mfaToken(w), code)).body).toEqual(WRONG_OTP);
  });

  test('R-070, B11: a code that logged in does not log in again, by another client or process either', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const code = totp(secret, w.clock.now());
    await w
      .at(0)
      .otp(await mfaToken(w), code)
      .expect(200);
    expect((await w.at(1).otp(await mfaToken(w), code)).body).toEqual(WRONG_OTP);
    const other = await mfaToken(w, {}, 'other');
    expect((await w.at(1, 'other').otp(other, code)).body).toEqual(WRONG_OTP);
  });

  test('R-070: after step T, T-1 is refused and T+1 accepted', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const code = (steps: number) => totp(secret, w.clock.now(), steps);
    await w
      .at(0)
      .otp(await mfaToken(w), code(0))
      .expect(200);
    await w
      .at(0)
      .otp(await mfaToken(w), code(-1))
      .expect(403);
    await w
      .at(0)
      .otp(await mfaToken(w), code(1))
      .expect(200);
    await w
      .at(0)
      .otp(await mfaToken(w), code(0))
      .expect(403);
  });

  test('R-071: two steps early or late is refused', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    for (const steps of [-3, -2, 2, 3]) {
      const answer = await w.at(0).otp(await mfaToken(w), totp(secret, w.clock.now(), steps));
      expect(answer.body).toEqual(WRONG_OTP);
    }
  });
});

describe('R-074: exactly six ASCII digits', () => {
  const spell = (code: string, zero: number) =>
    code.replace(/[0-9]/g, (it) => String.fromCodePoint(zero + Number(it)));
  const forms: readonly (readonly [string, (code: string) => unknown])[] = [
    ['empty', () => ''],
    ['null', () => null],
    ['one digit', (it) => it[0]],
    ['five digits', (it) => it.slice(1)],
    ['seven digits', (it) => `0${it}`],
    ['full-width digits', (it) => spell(it, 0xff10)],
    ['Arabic-Indic digits', (it) => spell(it, 0x660)],
    ['mathematical digits', (it) => spell(it, 0x1d7ce)],
    ['a number', (it) => Number(`1${it.slice(1)}`)],
    ['an array', (it) => [it]],
    ['an object', (it) => ({ $eq: it })],
    ['true', () => true],
    ['a space before it', (it) => ` ${it}`],
    ['a newline behind it', (it) => `${it}\n`],
    ['a NUL behind it', (it) => `${it}\0`],
    ['hexadecimal', () => '0x1234'],
  ];
  test.each(forms)('R-074, B22: %s: 400, neither compared nor charged', async (_, form) => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const token = await mfaToken(w);
    const before = await w.mfa.store.load({ userId: 'u1' });
    const value = form(totp(secret, w.clock.now()));
    const answer = await w.at(0).otp(token, value as string);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(await w.mfa.store.load({ userId: 'u1' })).toEqual(before);
  });
});

describe('R-011: at redemption', () => {
  test('R-011: a lock that came after the challenge refuses its right code', async () => {
    const w = await world();
    await enrollPhone(w);
    const waiting = await challenged(w);
    w.clock.advance(1);
    const attacker = await mfaToken(w);
    const asked = await w.at(0).challenge({ mfa_token: attacker }).expect(200);
    for (let i = 0; i < 5; i++) {
      const guess = String((Number(w.code()) + 1 + i) % 1_000_000).padStart(6, '0');
      await w.at(1).oob(attacker, asked.body.oob_code, guess).expect(403);
    }
    expect((await w.at(0).oob(waiting.token, waiting.oobCode, waiting.code)).status).toBe(429);
    expect((await w.at(0).challenge({ mfa_token: waiting.token })).status).toBe(429);
    w.clock.advance(60);
    await w.at(0).oob(waiting.token, waiting.oobCode, waiting.code).expect(200);
  });

  test('R-011, R-062: a user who was blocked or deleted after the password gets no token and no message', async () => {
    for (const change of [{ blocked: true }, { id: 'gone' }]) {
      const user = { id: 'u1', email: 'ann@example.com', password: 'correct horse' };
      const users = [user];
      const w = await world({ seedUsers: users });
      const { secret } = await enrollOtp(w);
      const access = await mfaAccessToken(w, { secret });
      const phone = { authenticator_types: ['oob'], oob_channels: ['email'] };
      const started = (await w.at(0).associate(access, phone).expect(200)).body;
      await w.at(0).oob(access, started.oob_code, w.code()).expect(200);
      w.clock.advance(60);
      const token = await mfaToken(w);
      const sent = w.messages.length;
      users[0] = { ...user, ...change };
      const c = client(w.app);
      const answers = {
        otp: await c.otp(token, totp(secret, w.clock.now())),
        associate: await c.associate(access, OTP),
        remove: await c.remove(access, started.id),
        challenge: await c.challenge({ mfa_token: token, challenge_type: 'oob' }),
        list: await c.list(token),
        'list by access token': await c.list(access),
      };
      const statuses = Object.entries(answers).map(([name, { status }]) => [name, status >= 400]);
      expect(statuses).toEqual(Object.keys(answers).map((name) => [name, true]));
      expect(w.messages.length).toBe(sent);
    }
  });
});
