// Many at once, on two processes that share a store whose accesses take a random time.
import { memoryStores } from 'express-mfa/adapters/memory';
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import { enrollPhone, OTP } from '../support/app.js';
import {
  associated,
  challenged,
  copies,
  enrollOtp,
  mfaToken,
  tally,
  totp,
  type World,
  world,
} from '../support/attack.js';
import { claimsLast } from '../support/slow-store.js';
import { storeKinds } from '../support/store-kinds.js';

const COPIES = 50;
const SLOW = 4;

const successes = (answers: readonly Response[]) =>
  answers.filter(({ status }) => status === 200).length;

/** Nothing but the one success, refusals of a used code, and refusals by the budget. */
function onlyOne(answers: readonly Response[]) {
  expect(tally(answers)).toMatchObject({ 200: 1 });
  for (const { status } of answers) expect([200, 400, 401, 403, 429]).toContain(status);
}

describe('R-006: all of them charged before one is claimed', () => {
  test.each([2, 4, 5])('R-006: %i copies of the right sms code give one success', async (count) => {
    const stores = claimsLast(memoryStores(), count);
    const w = await world({ makeStores: async () => stores });
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    stores.arm();
    onlyOne(await copies(count, (i) => w.at(i).oob(token, oobCode, code)));
  });
  test('R-006: five confirmations of one enrollment give one success', async () => {
    const stores = claimsLast(memoryStores(), 5);
    const w = await world({ makeStores: async () => stores });
    const { token, oobCode, code } = await associated(w);
    stores.arm();
    onlyOne(await copies(5, (i) => w.at(i).oob(token, oobCode, code)));
  });
});

describe.each(storeKinds)('on %s', (_, makeStores) => {
  const begin = () => world({ makeStores, slow: SLOW });

  test('R-006, B13: 50 copies of the right sms code at once give one success', async () => {
    const w = await begin();
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    onlyOne(await copies(COPIES, (i) => w.at(i).oob(token, oobCode, code)));
  });

  test('R-006: 50 confirmations of one enrollment by sms at once give one success', async () => {
    const w = await begin();
    const { token, oobCode, code } = await associated(w);
    onlyOne(await copies(COPIES, (i) => w.at(i).oob(token, oobCode, code)));
    const next = await mfaToken(w);
    const list = await w.at(0).list(next).expect(200);
    expect(list.body.map((it: { active: boolean }) => it.active)).toEqual([true, true, true]);
  });

  test('R-006, R-070: 50 confirmations of one authenticator app at once give one success', async () => {
    const w = await begin();
    const token = await mfaToken(w);
    const { secret } = (await w.at(0).associate(token, OTP).expect(200)).body;
    const code = totp(secret, w.clock.now());
    onlyOne(await copies(COPIES, (i) => w.at(i).otp(token, code)));
  });

  test('R-006, R-070: 50 copies of one otp code, over five logins, give one success', async () => {
    const w = await begin();
    const { secret } = await enrollOtp(w);
    const tokens = await copies(5, () => mfaToken(w));
    const code = totp(secret, w.clock.now());
    const answers = await copies(COPIES, (i) => w.at(i).otp(tokens[i % 5] as string, code));
    onlyOne(answers);
  });

  test('R-006, R-081, B12: 50 copies of one recovery code, over five logins, give one success', async () => {
    const w = await begin();
    const { recoveryCode } = await enrollOtp(w);
    const tokens = await copies(5, () => mfaToken(w));
    const send = (i: number) => w.at(i).recovery(tokens[i % 5] as string, recoveryCode);
    const answers = await copies(COPIES, send);
    onlyOne(answers);
    const next = answers.find(({ status }) => status === 200)?.body.recovery_code;
    w.clock.advance(86_400);
    const old = await w.at(1).recovery(await mfaToken(w), recoveryCode);
    expect(old.body).toMatchObject({ error: 'invalid_grant' });
    await w
      .at(1)
      .recovery(await mfaToken(w), next)
      .expect(200);
  });

  test('R-006: two right codes of one login at once give one success', async () => {
    const w = await begin();
    const { secret, recoveryCode } = await enrollOtp(w);
    const token = await mfaToken(w);
    const code = totp(secret, w.clock.now());
    const answers = await copies(10, (i) =>
      i % 2 ? w.at(0).otp(token, code) : w.at(1).recovery(token, recoveryCode),
    );
    expect(successes(answers)).toBe(1);
  });

  test('R-042: 100 resends at once send one message', async () => {
    const w = await begin();
    await enrollPhone(w);
    const { token } = await challenged(w);
    w.clock.advance(34);
    const before = w.messages.length;
    const answers = await copies(100, (i) => w.at(i).challenge({ mfa_token: token }));
    expect(tally(answers)).toEqual({ 200: 1, '429 too_many_attempts': 99 });
    expect(w.messages.length - before).toBe(1);
    const { oob_code: oobCode } = answers.find(({ status }) => status === 200)?.body ?? {};
    await w.at(0).oob(token, oobCode, w.code()).expect(200);
  });

  test('R-042: 100 associations of one login at once send one message', async () => {
    const w = await begin();
    const token = await mfaToken(w);
    const sms = { authenticator_types: ['oob'], oob_channels: ['sms'] };
    const answers = await copies(100, (i) =>
      w.at(i).associate(token, { ...sms, phone_number: `+15555550${100 + (i % 9)}` }),
    );
    expect(tally(answers)).toEqual({ 200: 1, '429 too_many_attempts': 99 });
    expect(w.messages).toHaveLength(1);
  });

  test('R-050: two logins that confirm different phones at once enroll one', async () => {
    const w: World = await begin();
    const one = await associated(w, { phone: '+15555550101' });
    const two = await mfaToken(w);
    const { secret } = (await w.at(1).associate(two, OTP).expect(200)).body;
    const code = totp(secret, w.clock.now());
    const answers = await copies(20, (i) =>
      i % 2 ? w.at(0).oob(one.token, one.oobCode, one.code) : w.at(1).otp(two, code),
    );
    expect(successes(answers)).toBe(1);
    const list = await w.at(0).list(await mfaToken(w));
    const kinds = list.body.map((it: { type: string }) => it.type);
    expect(kinds.includes('otp') && kinds.includes('phone')).toBe(false);
  });
});
