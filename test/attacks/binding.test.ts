// A proof is worth something in one place only: this user, client, login, authenticator, purpose and issuer.
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, ISSUER, SMS, testApp } from '../support/app.js';
import {
  challenged,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  totp,
  world,
  wrongCode,
} from '../support/attack.js';
import { annAndBob, BOB, mfaAccessTokenOf } from './ann-and-bob.js';

describe('R-002: the first factor cannot be skipped', () => {
  test.each([
    ['no mfa_token', undefined, 400],
    ['an empty one', '', 400],
    ['a random one', `mfa_${'A'.repeat(70)}`, 403],
    ['a word', 'null', 403],
  ])('R-002, B2: a right otp code with %s', async (_, token, status) => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const answer = await w.at(0).otp(token as string, totp(secret, w.clock.now()));
    expect(answer.status).toBe(status);
    expect(answer.body.access_token).toBeUndefined();
  });

  test('R-002: a right otp code with the mfa_token of another user', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    await enrollOtp(w, BOB);
    const answer = await w.at(0).otp(await mfaToken(w, BOB), totp(secret, w.clock.now()));
    expect(answer.body).toEqual({
      error: 'invalid_grant',
      error_description: 'Invalid otp_code.',
    });
  });

  test('R-002: right codes with an expired mfa_token, its expiry untouched or forged', async () => {
    const w = await world();
    const { secret, recoveryCode } = await enrollOtp(w);
    const token = await mfaToken(w);
    w.clock.advance(601);
    const bytes = Buffer.from(token.slice(4), 'base64url');
    bytes.writeUInt32BE(0xffff_fff0, 32);
    for (const it of [token, `mfa_${bytes.toString('base64url')}`]) {
      const answers = [
        await w.at(0).otp(it, totp(secret, w.clock.now())),
        await w.at(0).recovery(it, recoveryCode),
        await w.at(0).challenge({ mfa_token: it }),
      ];
      for (const { status } of answers) expect([401, 403]).toContain(status);
    }
  });
});

describe('R-004: a right code in the wrong place', () => {
  test('R-004: with the mfa_token of another user; the rightful holder can still finish', async () => {
    const { w, ann } = await annAndBob();
    const answer = await w.at(0).oob(await mfaToken(w, BOB), ann.oobCode, ann.code);
    expect(answer.status).toBe(400);
    await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
  });

  test('R-004: with another login of the same user', async () => {
    const { w, ann } = await annAndBob();
    expect((await w.at(0).oob(await mfaToken(w), ann.oobCode, ann.code)).status).toBe(400);
    await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
  });

  test('R-004: by another client, with its own login and with the stolen one', async () => {
    const { w, ann } = await annAndBob();
    const own = await mfaToken(w, {}, 'other');
    expect((await w.at(0, 'other').oob(own, ann.oobCode, ann.code)).status).toBe(400);
    const stolen = await w.at(0, 'other').oob(ann.token, ann.oobCode, ann.code);
    expect(stolen.body.error_description).toBe('mfa_token not issued to this client');
    await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
  });

  test('R-004: for another authenticator of the same login', async () => {
    const { w, ann } = await annAndBob();
    const access = await mfaAccessTokenOf(w, ann);
    const mail = { authenticator_types: ['oob'], oob_channels: ['email'], email: 'a@example.com' };
    const started = (await w.at(0).associate(access, mail).expect(200)).body;
    await w.at(0).oob(access, started.oob_code, w.code()).expect(200);
    w.clock.advance(601);
    const token = await mfaToken(w);
    const ask = (channel: string) =>
      w.at(0).challenge({ mfa_token: token, oob_channel: channel }).expect(200);
    const sms = (await ask('sms')).body.oob_code;
    const smsCode = w.code();
    w.clock.advance(34);
    const email = (await ask('email')).body.oob_code;
    const emailCode = w.code();
    if (smsCode !== emailCode) {
      expect((await w.at(0).oob(token, email, smsCode)).status).toBe(403);
      expect((await w.at(0).oob(token, sms, emailCode)).status).toBe(403);
    }
    await w.at(0).oob(token, email, emailCode).expect(200);
  });

  test('R-004: at another issuer with the same keys and the same store', async () => {
    const { w, ann } = await annAndBob();
    const stores = () => w.mfa.store;
    const issuer = 'https://auth.example.org/';
    const other = await testApp({ issuer, sharedStores: stores, clock: w.clock });
    expect(other.mfa.issuer).not.toBe(ISSUER);
    const { status, body } = await client(other.app).oob(ann.token, ann.oobCode, ann.code);
    expect([status, body.error]).toEqual([403, 'invalid_grant']);
  });

  test('R-046: the code of an enrollment is worth nothing for a login, and the other way round', async () => {
    const w = await world();
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    const access = await mfaAccessTokenOf(w, { token, oobCode, code });
    const more = { ...SMS, phone_number: '+15555550188' };
    const started = (await w.at(0).associate(access, more).expect(200)).body;
    const enrollCode = w.code();
    w.clock.advance(601);
    const login = await challenged(w);
    const cross = [
      await w.at(0).oob(login.token, started.oob_code, enrollCode),
      await w.at(0).oob(access, login.oobCode, login.code),
      await w.at(0).oob(login.token, login.oobCode, wrongCode(login.code)),
    ];
    for (const { status } of cross) expect(status).toBeGreaterThanOrEqual(400);
  });

  test('R-026: with ten live challenges, the code of one is refused for every other', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const channels = [
      { ...SMS },
      { authenticator_types: ['oob'], oob_channels: ['email'], email: 'a@example.com' },
    ];
    for (const body of channels) {
      w.clock.advance(40);
      const started = (await w.at(0).associate(access, body).expect(200)).body;
      await w.at(0).oob(access, started.oob_code, w.code()).expect(200);
    }
    w.clock.advance(601);
    const live = [];
    for (let i = 0; i < 4; i++) {
      const token = await mfaToken(w);
      const asked = await w
        .at(0)
        .challenge({ mfa_token: token, oob_channel: i % 2 ? 'sms' : 'email' })
        .expect(200);
      live.push({ token, oobCode: asked.body.oob_code, code: w.code() });
    }
    const [first, ...others] = live;
    if (!first) throw new Error('no challenge');
    for (const { code } of others) {
      if (code !== first.code) {
        await w.at(0).oob(first.token, first.oobCode, code).expect(403);
      }
    }
    await w.at(0).oob(first.token, first.oobCode, first.code).expect(200);
  });
});
