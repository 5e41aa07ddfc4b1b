// requireMfa({ bind }): the message shows the action, and its code is good for that action, once.
import { otp, requireMfa } from 'express-mfa';
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import {
  ANN,
  HTML,
  loggedIn,
  type PassportApp,
  passportApp,
  visitor,
} from '../passport/passport-app.js';
import { client, enrollPhone } from '../support/app.js';
import { enrollOtp, totp } from '../support/attack.js';

const API = 'https://api.example.com/';
const TRANSFER = { amount: '100 EUR', payee: 'Bob' };

function transfers(t: PassportApp) {
  const bind = ({ body }: { body: Record<string, string> }) => ({
    amount: body['amount'] as string,
    payee: body['payee'] as string,
  });
  const done: unknown[] = [];
  for (const path of ['/transfer', '/refund']) {
    t.app.post(path, requireMfa(t.mfa, { bind }), (request, response) => {
      done.push(request.body);
      response.json({ done: path });
    });
  }
  t.app.get('/fresh', requireMfa(t.mfa, { maxAge: 30 }), (_request, response) => {
    response.json({});
  });
  return done;
}

type Person = ReturnType<typeof visitor>;

/** Asks for the code of an action by its token, and proves it in the session. */
async function confirm(t: PassportApp, person: Person, refused: Response): Promise<Response> {
  const asked = await person.post('/mfa/challenge', { mfa_token: refused.body.mfa_token });
  const proof = { oob_code: asked.body.oob_code, binding_code: t.code() };
  return person.post('/login/mfa', proof);
}

describe('in a session', () => {
  async function site() {
    const { test: t, person } = await loggedIn();
    return { t, person, done: transfers(t) };
  }

  test('the message shows what its code confirms, in one segment', async () => {
    const { t, person, done } = await site();
    const refused = await person.post('/transfer', TRANSFER);
    expect(refused.status).toBe(401);
    expect(refused.body).toEqual({
      error: 'insufficient_user_authentication',
      error_description: 'This has to be confirmed: amount 100 EUR, payee Bob',
      mfa_token: expect.stringMatching(/^mfa_/),
    });
    expect((await confirm(t, person, refused)).status).toBe(200);
    const { text, code, purpose } = t.messages.at(-1) ?? {};
    expect(text).toBe(`${code} confirms: amount 100 EUR, payee Bob\n\n@auth.example.com #${code}`);
    expect(purpose).toBe('approve');
    expect(done).toEqual([]);
    expect((await person.post('/transfer', TRANSFER)).body).toEqual({ done: '/transfer' });
    expect(done).toEqual([TRANSFER]);
  });

  test.each([
    ['another amount', '/transfer', { ...TRANSFER, amount: '900 EUR' }],
    ['another payee', '/transfer', { ...TRANSFER, payee: 'Eve' }],
    ['values that read the same', '/transfer', { amount: '100 EUR, payee Bob', payee: 'Eve' }],
    ['another route', '/refund', TRANSFER],
  ])('the code is not good for %s', async (_name, path, body) => {
    const { t, person, done } = await site();
    await confirm(t, person, await person.post('/transfer', TRANSFER));
    expect((await person.post(path, body)).status).toBe(401);
    expect(done).toEqual([]);
    // Asking for another action does not take the one that was confirmed.
    expect((await person.post('/transfer', TRANSFER)).status).toBe(200);
  });

  test('R-006: it is good once, of twenty copies at the same time too', async () => {
    const { t, person, done } = await site();
    await confirm(t, person, await person.post('/transfer', TRANSFER));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => {
        const copy = visitor(t.app);
        copy.carry(person.cookies());
        return copy.post('/transfer', TRANSFER);
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(done).toHaveLength(1);
    expect((await person.post('/transfer', TRANSFER)).status).toBe(401);
  });

  test('R-006: nor with a cookie from before it was used', async () => {
    const { test: t, person } = await loggedIn({ sessions: 'cookie-session' });
    const done = transfers(t);
    await confirm(t, person, await person.post('/transfer', TRANSFER));
    const confirmed = person.cookies();
    expect((await person.post('/transfer', TRANSFER)).status).toBe(200);
    person.carry(confirmed);
    expect((await person.post('/transfer', TRANSFER)).status).toBe(401);
    expect(done).toHaveLength(1);
  });

  test('it is good for five minutes', async () => {
    const { t, person } = await site();
    await confirm(t, person, await person.post('/transfer', TRANSFER));
    t.clock.advance(301);
    expect((await person.post('/transfer', TRANSFER)).status).toBe(401);
  });

  test('R-105: it makes the session no fresher and no stronger for anything else', async () => {
    const { t, person } = await site();
    const before = (await person.get('/guarded')).body;
    await confirm(t, person, await person.post('/transfer', TRANSFER));
    expect((await person.get('/guarded')).body).toEqual(before);
    expect((await person.get('/fresh')).status).toBe(401);
  });

  test('a code for logging in confirms no action, and the other way round', async () => {
    const { t, person } = await site();
    const login = await visitor(t.app).post('/login', ANN);
    const asked = await person.post('/mfa/challenge', { mfa_token: login.body.mfa_token });
    const loginProof = { oob_code: asked.body.oob_code, binding_code: t.code() };
    t.clock.advance(60);
    await person.post('/transfer', TRANSFER);
    expect((await person.post('/login/mfa', loginProof)).status).toBe(400);
    expect((await person.post('/transfer', TRANSFER)).status).toBe(401);
  });

  test('a person is led to the page, and the form waits in the session', async () => {
    const { t, person } = await site();
    const form = 'amount=100+EUR&payee=Bob&note=thanks';
    const answer = await person.post('/transfer?from=1', form as never, HTML);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/login/mfa']);
    const [stored = ''] = Object.values(t.sessionStore.sessions);
    expect(JSON.parse(stored).mfa.action).toEqual({
      digest: expect.any(String),
      text: 'amount 100 EUR, payee Bob',
      method: 'POST',
      url: '/transfer?from=1',
      fields: [
        ['amount', '100 EUR'],
        ['payee', 'Bob'],
        ['note', 'thanks'],
      ],
    });
    expect(t.messages.at(-1)?.text).toContain('confirms: amount 100 EUR, payee Bob');
  });

  test.each([
    ['more than fits', { amount: '1 EUR', payee: `${'B'.repeat(80)}ob` }, 'too long to be shown'],
    ['nothing', { amount: '1 EUR' }, 'payee'],
    ['no text', { amount: '1 EUR', payee: { name: 'Bob' } }, 'payee'],
    ['a list', { amount: '1 EUR', payee: ['Bob', 'Eve'] }, 'payee'],
  ])('%s to confirm is refused: all of it is shown', async (_name, body, problem) => {
    const { person } = await site();
    const answer = await person.post('/transfer', body);
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    expect(answer.body.error_description).toContain(problem);
  });

  test('R-133: values bring no line, no domain and no code into the message', async () => {
    const { t, person } = await site();
    const body = { amount: '1\n\n@evil.example #123456', payee: 'Bоb\u202e €' };
    await confirm(t, person, await person.post('/transfer', body));
    const { text = '', code } = t.messages.at(-1) ?? {};
    expect(text).toBe(
      `${code} confirms: amount 1 ?evil.example ?123456, payee B?b ?\n\n@auth.example.com #${code}`,
    );
  });

  test('without a second factor in the session, that comes first', async () => {
    const t = await passportApp({ policy: () => 'none' });
    transfers(t);
    const person = visitor(t.app);
    await person.post('/login', ANN);
    const answer = await person.post('/transfer', TRANSFER);
    expect(answer.status).toBe(401);
    expect(answer.body.mfa_token).toBeUndefined();
  });
});

describe('by what cannot show it', () => {
  test('an app confirms no action; a person is told in words', async () => {
    const t = await passportApp();
    const done = transfers(t);
    const { secret } = await enrollOtpOf(t);
    const person = visitor(t.app);
    await person.post('/login', ANN);
    await person.post('/login/mfa', { otp: totp(secret, t.clock.now()) });
    const answer = await person.post('/transfer', TRANSFER);
    expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
    const page = await person.post('/transfer', 'amount=1&payee=Bob' as never, HTML);
    expect(page.status).toBe(403);
    expect(page.text).toContain('None of your authenticators can show what is to be confirmed');
    expect(done).toEqual([]);
  });

  test('where there is nothing but apps, none is asked for', async () => {
    const t = await passportApp({ authenticators: [otp({ issuer: 'Example' })] });
    transfers(t);
    const { secret } = await enrollOtpOf(t);
    const person = visitor(t.app);
    await person.post('/login', ANN);
    await person.post('/login/mfa', { otp: totp(secret, t.clock.now()) });
    expect((await person.post('/transfer', TRANSFER)).status).toBe(403);
  });

  test('R-080: a recovery code confirms no action', async () => {
    const { test: t, person, recoveryCode } = await loggedIn();
    const done = transfers(t);
    await person.post('/transfer', TRANSFER);
    const answer = await person.post('/login/mfa', { recovery_code: recoveryCode });
    expect(answer.status).toBe(403);
    expect((await person.post('/transfer', TRANSFER)).status).toBe(401);
    expect(done).toEqual([]);
  });

  const enrollOtpOf = (t: PassportApp) =>
    enrollOtp(Object.assign({}, t, { urls: undefined }) as never);
});

describe('with an access token', () => {
  async function api() {
    const t = await passportApp({ sessions: 'none' });
    await enrollPhone(t);
    t.clock.advance(60);
    const done = transfers(t);
    const c = client(t.app);
    const login = await c.login({ audience: API, scope: 'openid read:notes' }).expect(403);
    const asked = await c.challenge({ mfa_token: login.body.mfa_token }).expect(200);
    const { body } = await c.oob(login.body.mfa_token, asked.body.oob_code, t.code()).expect(200);
    t.clock.advance(60);
    const send = (path: string, token: string, values: object = TRANSFER) =>
      visitor(t.app).post(path, values, { Authorization: `Bearer ${token}` });
    const exchange = async (mfaToken: string, clientId = 'spa') => {
      const own = client(t.app, clientId);
      const challenge = await own.challenge({ mfa_token: mfaToken });
      return own.oob(mfaToken, challenge.body.oob_code ?? 'oob_x', t.code());
    };
    return { t, done, token: body.access_token as string, send, exchange };
  }

  test('the client exchanges the code for a token of that action, which works once', async () => {
    const { t, done, token, send, exchange } = await api();
    const refused = await send('/transfer', token);
    expect([refused.status, refused.body.error]).toEqual([401, 'insufficient_user_authentication']);
    const { body } = await exchange(refused.body.mfa_token);
    expect(t.messages.at(-1)?.text).toContain('confirms: amount 100 EUR, payee Bob');
    expect(body).toMatchObject({ scope: 'read:notes', expires_in: 300 });
    expect(body).not.toHaveProperty('id_token');
    expect(body).not.toHaveProperty('refresh_token');
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
    expect(claims.authorization_details).toEqual([
      { type: 'urn:express-mfa:action', digest: expect.any(String) },
    ]);
    expect((await send('/transfer', body.access_token)).status).toBe(200);
    expect((await send('/transfer', body.access_token)).status).toBe(401);
    expect(done).toEqual([TRANSFER]);
  });

  test('R-006: of twenty copies at once one works', async () => {
    const { done, token, send, exchange } = await api();
    const refused = await send('/transfer', token);
    const { body } = await exchange(refused.body.mfa_token);
    const copies = Array.from({ length: 20 }, () => send('/transfer', body.access_token));
    const answers = await Promise.all(copies);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(done).toHaveLength(1);
  });

  test('that token is good for nothing else', async () => {
    const { t, done, token, send, exchange } = await api();
    const refused = await send('/transfer', token);
    const { body } = await exchange(refused.body.mfa_token);
    expect((await send('/transfer', body.access_token, { ...TRANSFER, payee: 'Eve' })).status).toBe(
      401,
    );
    expect((await send('/refund', body.access_token)).status).toBe(401);
    const headers = { Authorization: `Bearer ${body.access_token}` };
    for (const path of ['/guarded', '/fresh', '/mfa/authenticators']) {
      expect((await visitor(t.app).get(path, headers)).status).toBe(401);
    }
    expect(done).toEqual([]);
  });

  test('R-004: another client cannot exchange its code', async () => {
    const { t, token, send } = await api();
    const { mfa_token } = (await send('/transfer', token)).body;
    const other = client(t.app, 'other');
    expect((await other.challenge({ mfa_token })).status).toBe(400);
    const asked = await client(t.app).challenge({ mfa_token }).expect(200);
    const stolen = await other.oob(mfa_token, asked.body.oob_code, t.code());
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_request']);
    // Its own client still can.
    const own = await client(t.app).oob(mfa_token, asked.body.oob_code, t.code());
    expect(own.status).toBe(200);
  });
});
