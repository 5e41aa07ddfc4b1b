// each change is stored with the event that tells of it, in one commit; and each event is true.
import { importAuthenticators, rewrap, SenderError } from 'express-mfa';
import { expect, onTestFinished, test } from 'vitest';
import { client, enrollPhone, OTP, SMS, type TestAppOptions, testApp } from '../support/app.js';
import {
  challenged,
  enrollOtp,
  manyUsers,
  mfaAccessToken,
  mfaToken,
  totp,
  wrongCode,
} from '../support/attack.js';
import { masked } from '../support/masked.js';
import { auditedStores } from './audited-store.js';
import { flow } from './whole-flow.js';

/** An app whose every commit is watched. */
async function watched(options: TestAppOptions = {}) {
  const { stores, missing } = auditedStores();
  const t = await testApp({ stores, ...options });
  onTestFinished(() => expect(missing).toEqual([]));
  const stored = async () => (await t.mfa.auditLog({ limit: 1000 })).events;
  /** Stored events as `name` or `name reason`. */
  const names = async (pattern: RegExp) =>
    (await stored())
      .map(({ event, reason }) => [event, reason].filter(Boolean).join(' '))
      .filter((it) => pattern.test(it));
  const told = (pattern: RegExp) => t.events.filter(({ event }) => pattern.test(event));
  return { t, c: client(t.app), stored, names, told };
}

test('the watch finds every change that stands without its event', async () => {
  const { stores, missing } = auditedStores();
  const t = await testApp({ stores, audit: false });
  await flow(t);
  await t.mfa.onPasswordChanged('u1');
  expect(new Set(missing)).toEqual(
    new Set(['login', 'begun', 'code', 'guess', 'spent', 'active', 'active one gone', 'cut']),
  );
});

test('R-142: a whole flow, a removed authenticator and a used recovery code', async () => {
  const { t, names } = await watched();
  await flow(t);
  expect(await names(/^(authenticator|recovery)/)).toEqual([
    'authenticator.associate.started',
    'authenticator.associate.started',
    'authenticator.associate.confirmed',
    'authenticator.associate.confirmed',
    'authenticator.associate.started',
    'authenticator.associate.confirmed',
    'authenticator.removed',
    'recovery.used',
    'recovery.regenerated',
  ]);
});

test('R-142: a code sent again, and one whose message failed, with the enrollment that ended by it', async () => {
  const { t, c, names, stored } = await watched();
  await enrollPhone(t);
  t.clock.advance(600);
  const { token } = await challenged(t);
  t.clock.advance(60);
  await c.challenge({ mfa_token: token }).expect(200);
  expect(await names(/challenge/)).toEqual([
    'mfa.challenge.created',
    'mfa.challenge.created',
    'mfa.challenge.resent',
  ]);
  t.sendWith = async () => {
    throw new SenderError('rejected', 'no');
  };
  t.clock.advance(600);
  const bob = { username: 'bob@example.com', password: 'battery staple' };
  const other = await mfaToken(t, bob);
  await c.associate(other, { ...SMS, phone_number: '+15555550199' }).expect(502);
  expect((await names(/failed|rejected/)).toSorted()).toEqual([
    'authenticator.associate.rejected undelivered',
    'authenticator.associate.rejected undelivered',
    'mfa.challenge.delivery_failed',
  ]);
  expect(JSON.stringify(await stored())).not.toContain('5550199');
});

test('R-142: an enrollment that took the place of another, and those that a confirmed one ended', async () => {
  const { t, c, names } = await watched();
  const [one, two] = [await mfaToken(t), await mfaToken(t)];
  await c.associate(one, OTP).expect(200);
  await c.associate(one, OTP).expect(200);
  const { secret } = (await c.associate(two, OTP).expect(200)).body;
  await c.otp(two, totp(secret, t.clock.now())).expect(200);
  const ended = await names(/expired/);
  expect(ended[0]).toBe('authenticator.associate.expired replaced');
  expect(new Set(ended.slice(1))).toEqual(new Set(['authenticator.associate.expired settled']));
});

test('R-142: an enrollment that is refused is told, and stored nowhere', async () => {
  const { t, c, names, told } = await watched();
  await enrollOtp(t);
  await c.associate(await mfaToken(t), OTP).expect(403);
  expect(told(/associate\.rejected/)).toMatchObject([{ kind: 'otp', outcome: 'fail' }]);
  expect(await names(/rejected/)).toEqual([]);
});

test('R-142: a lock stands with the guess that brought it, and is told once that guess proved wrong', async () => {
  const alerts: string[] = [];
  const { t, c, names, told } = await watched({ onAlert: ({ event }) => alerts.push(event) });
  const { secret } = await enrollOtp(t);
  const token = await mfaToken(t);
  for (let i = 0; i < 5; i++) await c.otp(token, wrongCode(totp(secret, t.clock.now()), i + 1));
  expect(await names(/lock/)).toEqual(['mfa.lock.started']);
  expect(told(/lock/)).toHaveLength(1);
  expect(alerts).toEqual(['mfa.lock.started']);
  await t.mfa.unlock('u1');
  expect(await names(/lock/)).toEqual(['mfa.lock.started', 'mfa.lock.ended administrator']);
});

test('R-142: a right guess that is the last one allowed raises no alarm; the log has the lock and its end', async () => {
  const alerts: string[] = [];
  const { t, c, names, told } = await watched({ onAlert: ({ event }) => alerts.push(event) });
  const { secret } = await enrollOtp(t);
  const token = await mfaToken(t);
  const code = totp(secret, t.clock.now());
  for (let i = 0; i < 4; i++) await c.otp(token, wrongCode(code, i + 1)).expect(403);
  await c.otp(token, code).expect(200);
  expect(await names(/lock/)).toEqual(['mfa.lock.started', 'mfa.lock.ended passed']);
  expect(told(/lock/)).toEqual([]);
  expect(alerts).toEqual([]);
});

test('R-142: the code of another login is stored with the guess that it is charged as', async () => {
  const { t, c, names } = await watched();
  await enrollPhone(t);
  await enrollPhone(t, {
    phone: '+15555550177',
    login: { username: 'bob@example.com', password: 'battery staple' },
  });
  t.clock.advance(600);
  const ann = await challenged(t);
  const bobs = await mfaToken(t, { username: 'bob@example.com', password: 'battery staple' });
  await c.oob(bobs, ann.oobCode, ann.code).expect(400);
  expect((await names(/verify/)).slice(-2)).toEqual([
    'mfa.verify.charged',
    'mfa.verify.bound_mismatch',
  ]);
});

test('R-142: a code of an authenticator app that comes twice is told as such', async () => {
  const { t, c, told } = await watched();
  const { secret } = await enrollOtp(t);
  const code = totp(secret, t.clock.now());
  await c.otp(await mfaToken(t), code).expect(200);
  await c.otp(await mfaToken(t), code).expect(403);
  expect(told(/replayed/)).toMatchObject([{ userId: 'u1', kind: 'otp', outcome: 'fail' }]);
  await c.otp(await mfaToken(t), wrongCode(code)).expect(403);
  expect(told(/replayed/)).toHaveLength(1);
});

test('R-142: mfa_tokens and codes that no longer work are told with the reason', async () => {
  const { t, c, told } = await watched();
  await enrollPhone(t);
  t.clock.advance(600);
  const { token, oobCode, code } = await challenged(t);
  await c.challenge({ mfa_token: `mfa_${'A'.repeat(70)}` }).expect(403);
  await client(t.app, 'other').challenge({ mfa_token: token }).expect(400);
  await c.oob(token, oobCode, code).expect(200);
  await c.challenge({ mfa_token: token }).expect(403);
  expect(told(/^mfa_token\.rejected/).map(({ reason }) => reason)).toEqual([
    'malformed',
    'client',
    'used',
  ]);
  t.clock.advance(601);
  await c.challenge({ mfa_token: token }).expect(401);
  expect(told(/^mfa_token\.expired/)).toHaveLength(1);
  const next = await challenged(t);
  t.clock.advance(60);
  await c.challenge({ mfa_token: next.token }).expect(200);
  await c.oob(next.token, next.oobCode, next.code).expect(401);
  expect(told(/^mfa\.challenge\.expired/)).toMatchObject([{ userId: 'u1', outcome: 'fail' }]);
});

test('R-142: a changed password and a deleted user, with everything that ended by them', async () => {
  const { t, c, names } = await watched();
  const { secret } = await enrollOtp(t);
  const access = await mfaAccessToken(t, { secret });
  await c.associate(access, SMS).expect(200);
  await t.mfa.onPasswordChanged('u1');
  expect((await names(/password|expired/)).slice(-2)).toEqual([
    'password.changed',
    'authenticator.associate.expired password_changed',
  ]);
  await t.mfa.onUserDeleted('u1');
  expect((await names(/deleted/)).toSorted()).toEqual([
    'authenticator.removed user_deleted',
    'authenticator.removed user_deleted',
    'user.deleted',
  ]);
});

test('R-142: imported authenticators; rewrap writes nothing where nothing moved', async () => {
  const { t, names, stored } = await watched();
  const factors = [{ totp: { secret: 'JBSWY3DPEHPK3PXP' } }, { phone: { value: '+15555550123' } }];
  await importAuthenticators(t.mfa, 'u9', factors);
  expect(await names(/./)).toEqual([
    'authenticator.associate.confirmed imported',
    'authenticator.associate.confirmed imported',
  ]);
  expect((await stored()).map(({ target }) => target)).toEqual([undefined, masked('0123')]);
  await rewrap(t.mfa);
  expect(await names(/key/)).toEqual([]);
});

test('R-142: attack mode begins and ends in the log', async () => {
  const everyone = manyUsers(13);
  const { t, c, names } = await watched({ seedUsers: everyone });
  const logins = everyone.map(({ email: username }) => ({ username }));
  const secrets: string[] = [];
  for (const login of logins) secrets.push((await enrollOtp(t, login)).secret);
  for (const [i, login] of logins.entries()) {
    const token = await mfaToken(t, login);
    const code = totp(secrets[i] as string, t.clock.now());
    for (let k = 1; k <= 5; k++) await c.otp(token, wrongCode(code, k));
  }
  await t.mfa.settled();
  expect(await names(/attack/)).toEqual(['attack_mode.on']);
  t.clock.advance(86_400);
  const again = await mfaToken(t, logins[0]);
  await c.otp(again, totp(secrets[0] as string, t.clock.now())).expect(200);
  await t.mfa.settled();
  expect(await names(/attack/)).toEqual(['attack_mode.on', 'attack_mode.off']);
});
