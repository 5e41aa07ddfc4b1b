// What failed sends, other logins, deleted and expired authenticators leave behind.
import { SenderError, type Store } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { describe, expect, test } from 'vitest';
import { enrollPhone, OTP, SMS } from '../support/app.js';
import {
  associated,
  challenged,
  manyUsers,
  mfaToken,
  totp,
  type World,
  world,
  wrongCode,
} from '../support/attack.js';

const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'], email: 'x@example.com' };
const OTHER = { ...SMS, phone_number: '+15555550155' };

const failing = async (w: World, what: () => Promise<unknown>) => {
  w.sendWith = async () => {
    throw new Error('gateway is down');
  };
  await what();
  w.sendWith = undefined;
};

describe('R-060: a failed association', () => {
  test('R-060: leaves the earlier number of the same login to be confirmed', async () => {
    const w = await world();
    const { token, oobCode, code, body } = await associated(w);
    w.clock.advance(34);
    await failing(w, () => w.at(0).associate(token, OTHER).expect(502));
    await w.at(0).oob(token, oobCode, code).expect(200);
    await w
      .at(0)
      .recovery(await mfaToken(w), body.recovery_codes[0])
      .expect(200);
  });

  test('R-060: leaves the number of another login, and its recovery code, as they were', async () => {
    const w = await world();
    const { token, oobCode, code, body } = await associated(w);
    const second = await mfaToken(w);
    await failing(w, () => w.at(0).associate(second, OTHER).expect(502));
    await w.at(0).oob(token, oobCode, code).expect(200);
    await w
      .at(0)
      .recovery(await mfaToken(w), body.recovery_codes[0])
      .expect(200);
  });

  test('R-060: leaves the authenticator app of another login, and its recovery code, as they were', async () => {
    const w = await world();
    const first = await mfaToken(w);
    const { secret, recovery_codes: codes } = (await w.at(0).associate(first, OTP).expect(200))
      .body;
    const second = await mfaToken(w);
    await failing(w, () => w.at(0).associate(second, EMAIL).expect(502));
    await w.at(0).otp(first, totp(secret, w.clock.now())).expect(200);
    await w
      .at(0)
      .recovery(await mfaToken(w), codes[0])
      .expect(200);
  });

  test('R-060: does not give back guesses', async () => {
    const w = await world();
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    for (let i = 1; i <= 4; i++) await w.at(0).oob(token, oobCode, wrongCode(code, i)).expect(403);
    w.clock.advance(34);
    for (let i = 0; i < 3; i++) {
      await failing(w, () => w.at(0).challenge({ mfa_token: token }).expect(502));
    }
    await w.at(0).oob(token, oobCode, wrongCode(code, 5)).expect(403);
    expect((await w.at(0).oob(token, oobCode, code)).status).toBe(429);
  });
});

describe('R-060: a store that fails when the message is reserved', () => {
  test('R-060: leaves the earlier code valid, and the next message can be asked for', async () => {
    const store: Store = memoryStores()('');
    let broken = false;
    const reserve: Store['reserve'] = async (windows, now) => {
      if (broken) throw new Error('connection lost');
      return store.reserve(windows, now);
    };
    const w = Object.assign(await world({ stores: () => ({ ...store, reserve }) }));
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    w.clock.advance(34);
    broken = true;
    expect((await w.at(0).challenge({ mfa_token: token })).status).toBeGreaterThanOrEqual(500);
    broken = false;
    await w.at(0).challenge({ mfa_token: token }).expect(200);
    await w.at(0).oob(token, oobCode, code).expect(401);
  });
});

describe('a gateway that refuses one number', () => {
  test('R-131: does not end messages to everyone else: 30 refusals by one user leave the others alone', async () => {
    const w = await world({ seedUsers: manyUsers(2) });
    await enrollPhone(w, { login: { username: 'user2@example.com' } });
    w.sendWith = async ({ to }) => {
      if (to === OTHER.phone_number) throw new SenderError('rejected', 'no such number');
    };
    const token = await mfaToken(w, { username: 'user1@example.com' });
    for (let i = 0; i < 30; i++) await w.at(0).associate(token, OTHER);
    const other = await mfaToken(w, { username: 'user2@example.com' });
    await w.at(0).challenge({ mfa_token: other }).expect(200);
  });
});

describe('an attacker who has the password while the owner enrolls for the first time', () => {
  test('R-050: has his own pending number dropped, and cannot confirm it', async () => {
    const w = await world();
    const theirs = await associated(w, { phone: '+15555550166' });
    const token = await mfaToken(w);
    const { secret } = (await w.at(0).associate(token, OTP).expect(200)).body;
    await w.at(0).otp(token, totp(secret, w.clock.now())).expect(200);
    const late = await w.at(0).oob(theirs.token, theirs.oobCode, theirs.code);
    expect(late.body.access_token).toBeUndefined();
  });

  test('R-083: cannot void the recovery code that the owner was shown', async () => {
    const w = await world();
    const token = await mfaToken(w);
    const shown = (await w.at(0).associate(token, OTP).expect(200)).body;
    await associated(w, { phone: '+15555550166' });
    await w.at(0).otp(token, totp(shown.secret, w.clock.now())).expect(200);
    await w
      .at(0)
      .recovery(await mfaToken(w), shown.recovery_codes[0])
      .expect(200);
  });
});
