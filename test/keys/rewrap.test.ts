// what earlier keys sealed is brought under the current ones, and then those may go.
import { type MfaKeys, type RewrapResult, rewrap } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, PHONE, SMS, type TestApp } from '../support/app.js';
import { enrollOtp, manyUsers, mfaToken, totp } from '../support/attack.js';
import { slowStores } from '../support/slow-store.js';
import { storeKinds } from '../support/store-kinds.js';
import { deployment, keysAfter } from './rotating.js';

const ANN = { username: 'user1@example.com' };
const BOB = { username: 'user2@example.com' };
const nothing: RewrapResult = { users: 0, resealed: 0, movingWithUse: 0, failed: 0, unknown: 0 };

/** Making RSA keys takes a while. */
const withoutSigning = async (keys: MfaKeys) =>
  keysAfter('rotate', await keysAfter('rotate', keys, 'encryption'), 'pepper');

const alarms = ({ events }: TestApp) =>
  events.map(({ event }) => event).filter((it) => it.endsWith('decrypt_failed'));

describe.each(storeKinds)('R-073: on %s', (_, makeStores) => {
  /** Ann with an authenticator app, Bob with a phone, under the first keys. */
  async function enrolled() {
    const sharedStores = await makeStores();
    const all = await deployment({ sharedStores, seedUsers: manyUsers(20) });
    const first = await all.start(all.keys);
    const ann = await enrollOtp(first, ANN);
    const bob = await enrollPhone(first, { login: BOB });
    const rotated = await withoutSigning(all.keys);
    /** Whether both come in with what they have. */
    async function bothComeIn(app: TestApp) {
      all.clock.advance(700); // past a TOTP step, and the windows of the number
      const c = client(app.app);
      await c.otp(await mfaToken(app, ANN), totp(ann.secret, all.clock.now())).expect(200);
      const token = await mfaToken(app, BOB);
      const { body } = await c.challenge({ mfa_token: token, challenge_type: 'oob' }).expect(200);
      await c.oob(token, body.oob_code, all.codeFor(PHONE)).expect(200);
      expect(alarms(app)).toEqual([]);
    }
    return { ...all, first, ann, bob, rotated, bothComeIn, sharedStores };
  }

  test('a set that was rotated opens what the earlier one sealed', async () => {
    const t = await enrolled();
    await t.bothComeIn(await t.start(t.rotated));
  });

  test('after rewrap the previous encryption key can go, and everything still verifies', async () => {
    const t = await enrolled();
    const rotated = await t.start(t.rotated);
    const done = { ...nothing, users: 2, resealed: 2, movingWithUse: 2 };
    expect(await rewrap(rotated.mfa)).toEqual(done);
    await t.bothComeIn(rotated);
    expect(await rewrap(rotated.mfa)).toEqual({ ...done, resealed: 0 });
    const alone = await t.start(await keysAfter('retire', t.rotated, 'encryption'));
    await t.bothComeIn(alone);
    await client(alone.app)
      .recovery(await mfaToken(alone, ANN), t.ann.recoveryCode)
      .expect(200);
  });

  test('R-142: each authenticator that it moved is in the log, and no other', async () => {
    const t = await enrolled();
    const rotated = await t.start(t.rotated);
    await rewrap(rotated.mfa);
    await rewrap(rotated.mfa);
    const { events } = await rotated.mfa.auditLog({ limit: 1000 });
    const moved = events.filter(({ event }) => event === 'key.rotated');
    const active = moved.map(({ userId, kind }) => `${userId} ${kind}`);
    expect(active.toSorted()).toEqual(['u1 otp', 'u2 phone']);
  });

  test('when it goes too early nothing verifies, no message is sent, and an alarm is raised', async () => {
    const t = await enrolled();
    const early = await t.start(await keysAfter('retire', t.rotated, 'encryption'));
    t.clock.advance(700);
    const c = client(early.app);
    const code = totp(t.ann.secret, t.clock.now());
    const refused = await c.otp(await mfaToken(early, ANN), code).expect(403);
    expect(refused.body.error).toBe('invalid_grant');
    expect(alarms(early)).toEqual(['totp.secret.decrypt_failed']);
    const before = t.sent.length;
    const token = await mfaToken(early, BOB);
    const failed = await c.challenge({ mfa_token: token, challenge_type: 'oob' }).expect(500);
    expect(failed.body.error).toBe('server_error');
    expect(alarms(early).at(-1)).toBe('oob.address.decrypt_failed');
    expect(t.sent).toHaveLength(before);
    // Both still count as enrolled: a password alone enrolls nothing.
    const more = await c.associate(token, OTP).expect(403);
    expect(more.body.error_description).toMatch(/already enrolled/i);
    // Rewrapping says so, changes nothing, and the key that comes back opens all of it.
    expect(await rewrap(early.mfa)).toMatchObject({ resealed: 0, failed: 2 });
    await t.bothComeIn(await t.start(t.rotated));
  });

  test('a swapped ciphertext does not verify, before or after rewrap, and is not resealed', async () => {
    const t = await enrolled();
    const eve = await enrollOtp(t.first, { username: 'user3@example.com' });
    const { store } = t.first.mfa;
    const [of1, of3] = [await store.load({ userId: 'u1' }), await store.load({ userId: 'u3' })];
    const own = (it: typeof of1) => it.authenticators.find(({ kind }) => kind === 'otp');
    const planted = { ...own(of1), credential: own(of3)?.credential };
    await store.commit({ account: of1.account, put: { authenticators: [planted as never] } });
    const rotated = await t.start(t.rotated);
    for (const app of [t.first, rotated]) {
      t.clock.advance(60);
      for (const { secret } of [t.ann, eve]) {
        const code = totp(secret, t.clock.now());
        await client(app.app)
          .otp(await mfaToken(app, ANN), code)
          .expect(403);
      }
      expect(alarms(app)).not.toEqual([]);
    }
    expect(await rewrap(rotated.mfa)).toMatchObject({ resealed: 2, failed: 1 });
  });

  test('rewrap is safe while logins succeed: none fails, and no used step comes back', async () => {
    const t = await enrolled();
    const users = manyUsers(14)
      .slice(3)
      .map(({ email = '' }) => ({ username: email }));
    const secrets: string[] = [];
    for (const login of users) secrets.push((await enrollOtp(t.first, login)).secret);
    const app = await t.start(t.rotated);
    const slow = { ...app.mfa, store: slowStores(() => app.mfa.store)('') };
    const login = async (at: number) => {
      const code = totp(secrets[at] ?? '', t.clock.now());
      return client(app.app).otp(await mfaToken(app, users[at]), code);
    };
    const both = [rewrap(slow, { batch: 3 }), rewrap(slow, { batch: 2 })];
    const answers = await Promise.all(users.map((_user, at) => login(at)));
    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 200));
    await Promise.all(both);
    const again = await Promise.all(users.map((_user, at) => login(at)));
    expect(again.map(({ status }) => status)).toEqual(users.map(() => 403));
    expect(await rewrap(app.mfa)).toMatchObject({ users: 13, resealed: 0, failed: 0 });
  });

  test('what happens between its read and its write stands: a step that was used, a removal', async () => {
    const t = await enrolled();
    const app = await t.start(t.rotated);
    const c = client(app.app);
    const code = totp(t.ann.secret, t.clock.now());
    /** Something happens right after the first read of this user. */
    const meanwhile = (user: string, happens: () => Promise<unknown>) => {
      let done = false;
      const load: typeof app.mfa.store.load = async (keys) => {
        const loaded = await app.mfa.store.load(keys);
        if (keys.userId !== user || done) return loaded;
        done = true;
        await happens();
        return loaded;
      };
      return { ...app.mfa, store: { ...app.mfa.store, load } };
    };
    const login = async () => c.otp(await mfaToken(app, ANN), code);
    await rewrap(meanwhile('u1', async () => expect((await login()).status).toBe(200)));
    expect((await login()).status).toBe(403);

    const again = await t.start(await withoutSigning(t.rotated));
    const phone = async () => (await app.mfa.store.load({ userId: 'u2' })).authenticators;
    const gone = meanwhile('u2', async () => {
      const { account, authenticators } = await app.mfa.store.load({ userId: 'u2' });
      const remove = { authenticators: authenticators.map(({ id }) => id) };
      expect(await app.mfa.store.commit({ account, remove })).toBe(true);
    });
    await rewrap({ ...again.mfa, store: gone.store });
    expect(await phone()).toEqual([]);
  });

  test('it can be stopped, and tells how far it came', async () => {
    const t = await enrolled();
    const app = await t.start(t.rotated);
    const stop = new AbortController();
    const seen: RewrapResult[] = [];
    const onProgress = (sofar: RewrapResult) => {
      seen.push(sofar);
      stop.abort(new Error('enough'));
    };
    const stopped = rewrap(app.mfa, { batch: 1, onProgress, signal: stop.signal });
    await expect(stopped).rejects.toThrow('enough');
    expect(seen).toEqual([{ ...nothing, users: 1, resealed: 1, movingWithUse: 1 }]);
    expect(await rewrap(app.mfa)).toMatchObject({ users: 2, resealed: 1 });
  });

  test('what no configured type knows is left as it is, and counted', async () => {
    const t = await enrolled();
    const app = await t.start(t.rotated);
    const without = { ...app.mfa, types: app.mfa.types.filter(({ name }) => name !== 'oob') };
    expect(await rewrap(without)).toMatchObject({ resealed: 1, unknown: 1 });
    await t.bothComeIn(app);
  });
});

describe('R-104: when the pepper is rotated', () => {
  const [[, makeStores] = []] = storeKinds;
  const setUp = async () => {
    const sharedStores = await (makeStores as NonNullable<typeof makeStores>)();
    const sends = { usersPerAddress: 2, perAddressPer10Minutes: 3 };
    return deployment({ sharedStores, seedUsers: manyUsers(20), sends });
  };
  const user = (at: number) => ({ username: `user${at}@example.com` });
  const begin = async (app: TestApp, at: number) =>
    client(app.app).associate(await mfaToken(app, user(at)), SMS);

  test('codes and handles under way, and recovery codes, go on', async () => {
    const t = await setUp();
    const first = await t.start(t.keys);
    const ann = await enrollOtp(first, user(1));
    const token = await mfaToken(first, user(2));
    const { body } = await client(first.app).associate(token, SMS).expect(200);
    const next = await t.start(await keysAfter('rotate', t.keys, 'pepper'));
    const c = client(next.app);
    await c.oob(token, body.oob_code, t.codeFor(PHONE)).expect(200);
    const used = await c.recovery(await mfaToken(next, user(1)), ann.recoveryCode).expect(200);
    // The next one is under the new pepper: the old one may go.
    expect(await rewrap(next.mfa)).toMatchObject({ movingWithUse: 1 });
    const alone = await keysAfter('retire', await keysAfter('rotate', t.keys, 'pepper'), 'pepper');
    expect(alone.pepper.previous).toBeUndefined();
    await c.recovery(await mfaToken(next, user(1)), used.body.recovery_code).expect(200);
  });

  test('a recovery code that was not used before its pepper went is void', async () => {
    const t = await setUp();
    const ann = await enrollOtp(await t.start(t.keys), user(1));
    const rotated = await keysAfter('rotate', t.keys, 'pepper');
    const alone = await t.start(await keysAfter('retire', rotated, 'pepper'));
    await client(alone.app)
      .recovery(await mfaToken(alone, user(1)), ann.recoveryCode)
      .expect(403);
  });

  test('the users of a number are counted on, before and after rewrap and retirement', async () => {
    const t = await setUp();
    const first = await t.start(t.keys);
    await enrollPhone(first, { login: user(1) });
    t.clock.advance(700);
    const rotated = await withoutSigning(t.keys);
    const next = await t.start(rotated);
    await enrollPhone(next, { login: user(2) });
    t.clock.advance(700);
    expect((await begin(next, 3)).status).toBe(403); // one under each pepper
    await rewrap(next.mfa);
    expect((await begin(next, 4)).status).toBe(403);
    const alone = await t.start(await keysAfter('retire', rotated));
    expect((await begin(alone, 5)).status).toBe(403);
  });

  test('the messages to a number are counted on, from the preparation to the retirement', async () => {
    const t = await setUp();
    const prepared = await keysAfter('prepare', t.keys, 'pepper');
    const rotated = await keysAfter('rotate', prepared, 'pepper');
    const apps = {
      prepared: await t.start(prepared),
      rotated: await t.start(rotated),
      retired: await t.start(await keysAfter('retire', rotated, 'pepper')),
    };
    const send = async (app: TestApp) => {
      const { body } = await client(app.app).challenge({ mfa_token: await mfaToken(app, user(1)) });
      return body.error ?? 'sent';
    };
    await enrollPhone(apps.prepared, { login: user(1) });
    expect(await send(apps.prepared)).toBe('sent');
    expect(await send(apps.rotated)).toBe('sent');
    for (const app of Object.values(apps)) expect(await send(app)).toBe('too_many_attempts');
  });
});
