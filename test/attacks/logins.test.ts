// Several logins side by side: who is charged for what, and which of them goes on.
import { describe, expect, test } from 'vitest';
import { OTP, SMS } from '../support/app.js';
import {
  challenged,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  world,
  wrongCode,
} from '../support/attack.js';
import { annAndBob, BOB } from './ann-and-bob.js';

describe('R-005: who presents the mfa_token pays', () => {
  test("R-005: Bob hammers Ann's oob_code 100 times: he is locked, her login and counters are untouched", async () => {
    const { w, ann } = await annAndBob();
    const before = await w.mfa.store.load({ userId: 'u1' });
    let locked = 0;
    for (let i = 0; i < 100; i++) {
      const answer = await w.at(i).oob(await mfaToken(w, BOB), ann.oobCode, wrongCode(ann.code, i));
      expect([400, 429]).toContain(answer.status);
      if (answer.status === 429) locked++;
    }
    expect(locked).toBe(95);
    expect(await w.mfa.store.load({ userId: 'u1' })).toEqual(before);
    await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
  });

  test("R-005: requests without a password move nobody's counters and send nothing (R-024)", async () => {
    const { w, ann } = await annAndBob();
    const before = await w.mfa.store.load({ userId: 'u1' });
    const sent = w.messages.length;
    for (let i = 0; i < 50; i++) {
      await w
        .at(i)
        .login({ password: `guess ${i}` })
        .expect(403);
      await w
        .at(i)
        .oob(`mfa_${'B'.repeat(70)}`, ann.oobCode, ann.code)
        .expect(403);
      await w
        .at(i)
        .associate(`mfa_${'B'.repeat(70)}`, OTP)
        .expect(401);
    }
    expect(await w.mfa.store.load({ userId: 'u1' })).toEqual(before);
    expect(w.messages.length).toBe(sent);
  });
});

describe("R-043: a second login does not end the first one's challenge", () => {
  test('R-043: an attacker with the password opens 5 challenges; the earlier code still works', async () => {
    const { w, ann } = await annAndBob();
    for (let i = 0; i < 5; i++) {
      await w.at(0).challenge({ mfa_token: await mfaToken(w) });
      w.clock.advance(1);
    }
    await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
  });

  test('R-043: nor do 30 logins without a challenge', async () => {
    const { w, ann } = await annAndBob();
    for (let i = 0; i < 30; i++) await mfaToken(w);
    await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
  });

  test('R-043: nor do six challenges by phone, call and e-mail', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    for (const body of [
      SMS,
      { authenticator_types: ['oob'], oob_channels: ['email'], email: 'a@example.com' },
    ]) {
      w.clock.advance(40);
      const started = (await w.at(0).associate(access, body).expect(200)).body;
      await w.at(0).oob(access, started.oob_code, w.code()).expect(200);
    }
    w.clock.advance(601);
    const ann = await challenged(w);
    for (let i = 0; i < 6; i++) {
      const channel = i % 2 ? 'sms' : 'email';
      await w.at(0).challenge({ mfa_token: await mfaToken(w), oob_channel: channel });
    }
    await w.at(0).oob(ann.token, ann.oobCode, ann.code).expect(200);
  });

  test('R-042: sent again, the old code and the old handle are dead, the count of guesses goes on', async () => {
    const { w, ann } = await annAndBob();
    for (let i = 1; i <= 3; i++) await w.at(0).oob(ann.token, ann.oobCode, wrongCode(ann.code, i));
    w.clock.advance(34);
    const again = (await w.at(0).challenge({ mfa_token: ann.token }).expect(200)).body.oob_code;
    const code = w.code();
    expect((await w.at(0).oob(ann.token, ann.oobCode, ann.code)).status).toBe(401);
    if (code !== ann.code) expect((await w.at(0).oob(ann.token, again, ann.code)).status).toBe(403);
    for (let i = 1; i <= 2; i++) await w.at(0).oob(ann.token, again, wrongCode(code, i));
    expect((await w.at(0).oob(ann.token, again, code)).status).toBe(429);
  });
});
