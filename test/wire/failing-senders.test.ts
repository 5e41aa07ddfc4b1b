import { SenderError } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, SMS, testApp } from '../support/app.js';
import { expectError } from './answers.js';
import { mfaToken, passSms } from './steps.js';

const NOT_SENT = 'The message could not be sent. Try again.';
const fails = (error: unknown) => () => Promise.reject(error);

describe('a message that cannot be sent', () => {
  test('leaves nothing of the enrollment, and the next try works at once', async () => {
    const t = await testApp();
    const c = client(t.app);
    const token = await mfaToken(t);
    t.sendWith = fails(new Error('+15555550123 123456 refused by gateway.example.com'));
    for (let i = 0; i < 4; i++) {
      expectError(await c.associate(token, SMS), 502, 'bad_gateway', NOT_SENT);
    }
    expect((await c.list(token)).body).toEqual([]);
    t.sendWith = undefined;
    const started = (await c.associate(token, SMS).expect(200)).body;
    expect(started.recovery_codes).toHaveLength(1);
    await c.oob(token, started.oob_code, t.code()).expect(200);
  });

  test('leaves the challenge before it as it was', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const token = await mfaToken(t);
    const first = (await c.challenge({ mfa_token: token }).expect(200)).body;
    const code = t.code();
    t.clock.advance(40);
    t.sendWith = fails(new SenderError('rejected', 'no'));
    const refused = await c.challenge({ mfa_token: token });
    expectError(refused, 502, 'bad_gateway', NOT_SENT);
    await c.oob(token, first.oob_code, code).expect(200);
  });

  test('because the gateway is busy says when to come back', async () => {
    const t = await testApp();
    t.sendWith = fails(new SenderError('busy', 'slow down', { retryAfter: 17 }));
    const answer = await client(t.app).associate(await mfaToken(t), SMS);
    const text = 'Messages cannot be sent at the moment. Try again later.';
    expectError(answer, 503, 'temporarily_unavailable', text);
    expect(answer.headers['retry-after']).toBe('17');
  });
});

describe('a user who was blocked or deleted since the password was given', () => {
  async function gone(change: (users: object[]) => void) {
    const ann = { id: 'u1', email: 'ann@example.com', password: 'correct horse' };
    const users = [ann];
    const t = await testApp({ seedUsers: users });
    await enrollPhone(t);
    const api = { audience: 'https://auth.example.com/mfa/' };
    const bearer = (await passSms(t, api)).body.access_token as string;
    const token = await mfaToken(t);
    change(users);
    return { t, c: client(t.app), bearer, token, sent: t.messages.length };
  }
  const block = (users: object[]) => Object.assign(users[0] as object, { blocked: true });
  const remove = (users: object[]) => users.splice(0);

  test('is sent no code', async () => {
    const blocked = await gone(block);
    const answer = await blocked.c.challenge({ mfa_token: blocked.token });
    expectError(answer, 401, 'unauthorized', 'user is blocked');
    expect(blocked.t.messages).toHaveLength(blocked.sent);
    const deleted = await gone(remove);
    const refused = await deleted.c.challenge({ mfa_token: deleted.token });
    expectError(refused, 403, 'invalid_grant', 'Malformed mfa_token');
    expect(deleted.t.messages).toHaveLength(deleted.sent);
  });

  test('can list nothing, with a token of either kind', async () => {
    for (const change of [block, remove]) {
      const { c, bearer, token } = await gone(change);
      expect((await c.list(token)).status).not.toBe(200);
      expect((await c.list(bearer)).status).not.toBe(200);
    }
  });

  test('can neither enroll nor remove', async () => {
    for (const change of [block, remove]) {
      const { t, c, bearer } = await gone(change);
      t.clock.advance(60);
      expect((await c.associate(bearer, SMS)).status).not.toBe(200);
      expect((await c.remove(bearer, 'sms|dev_0000000000000000')).status).not.toBe(404);
    }
  });
});
