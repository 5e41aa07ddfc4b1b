// The password alone logs nobody in; the second factor does, with each way of keeping sessions.
import type { ErrorRequestHandler } from 'express';
import { mfaLogin } from 'express-mfa/passport';
import express4 from 'express4';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone } from '../support/app.js';
import { mfaToken } from '../support/attack.js';
import {
  ANN,
  BOB,
  challenged,
  HTML,
  loggedIn,
  passportApp,
  type Sessions,
  visitor,
} from './passport-app.js';

const everySession: readonly Sessions[] = ['express-session', 'cookie-session', 'none'];
const realSessions: readonly Sessions[] = ['express-session', 'cookie-session'];

const sid = (cookies: Record<string, string>) => cookies['connect.sid'];

describe.each(everySession)('with %s', (sessions) => {
  test('a login that needs nothing more goes on to the next handler', async () => {
    const t = await passportApp({ sessions, policy: () => 'none' });
    const person = visitor(t.app);
    expect((await person.post('/login', ANN)).body).toEqual({ in: 'u1' });
    expect((await person.get('/me')).status).toBe(sessions === 'none' ? 401 : 200);
  });

  test('a program gets the 403 of the wire after the password, and the second factor logs in', async () => {
    const t = await passportApp({ sessions });
    await enrollPhone(t);
    const person = visitor(t.app);
    const answer = await person.post('/login', ANN);
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      error: 'mfa_required',
      error_description: 'Multifactor authentication required',
      mfa_token: expect.stringMatching(/^mfa_/),
      mfa_requirements: {
        challenge: [{ type: 'phone' }, { type: 'recovery-code' }, { type: 'oob' }],
      },
    });
    const { mfa_token } = answer.body;
    const asked = await person.post('/mfa/challenge', { mfa_token });
    expect(asked.body).toMatchObject({ challenge_type: 'oob', oob_channel: 'sms' });
    const proof = { mfa_token, oob_code: asked.body.oob_code, binding_code: t.code() };
    const done = await person.post('/login/mfa', proof);
    expect(done.body).toEqual({
      in: 'u1',
      info: {
        amr: ['pwd', 'sms', 'mfa'],
        acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
        authTime: t.clock.now() / 1000,
      },
    });
    expect([done.headers['set-cookie']].flat().join()).toContain('__Host-mfa_device=dev_');
  });

  test('the first login enrolls by the mfa_token', async () => {
    const t = await passportApp({ sessions });
    const person = visitor(t.app);
    const { mfa_token } = (await person.post('/login', ANN)).body;
    const bearer = { Authorization: `Bearer ${mfa_token}` };
    const phone = {
      authenticator_types: ['oob'],
      oob_channels: ['sms'],
      phone_number: '+15555550123',
    };
    const { body } = await person.post('/mfa/associate', phone, bearer);
    expect((await person.get('/mfa/authenticators', bearer)).body).toHaveLength(3);
    const proof = { mfa_token, oob_code: body.oob_code, binding_code: t.code() };
    expect((await person.post('/login/mfa-oob', proof)).body.in).toBe('u1');
  });

  test('a wrong code logs nobody in, and says so with the status of the wire', async () => {
    const t = await passportApp({ sessions });
    await enrollPhone(t);
    const { person, proof, mfaToken: token } = await challenged(t);
    const wrong = { ...proof, mfa_token: token, binding_code: '000000' };
    expect((await person.post('/login/mfa', wrong)).status).toBe(403);
    expect((await person.get('/me')).status).toBe(401);
    for (let i = 0; i < 4; i++) await person.post('/login/mfa', wrong);
    const locked = await person.post('/login/mfa', wrong);
    expect(locked.status).toBe(429);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe.each(realSessions)('before the second factor, with %s', (sessions) => {
  test('R-008: no cookie and no token of the password opens anything', async () => {
    const t = await passportApp({ sessions });
    await enrollPhone(t);
    const { person, mfaToken: token } = await challenged(t);
    expect((await person.get('/me')).status).toBe(401);
    expect((await person.get('/guarded')).status).toBe(401);
    expect((await person.get('/guarded', { Authorization: `Bearer ${token}` })).status).toBe(401);
    const page = await person.get('/guarded', HTML);
    expect([page.status, page.headers['location']]).toEqual([303, '/login?returnTo=%2Fguarded']);
  });

  test('R-009: a request cannot state the result', async () => {
    const t = await passportApp({ sessions });
    await enrollPhone(t);
    const person = visitor(t.app);
    const stated = { mfa: true, amr: ['mfa'], verified: true, user_id: 'u1', proof: { sub: 'u1' } };
    expect((await person.post('/login', { ...ANN, ...stated })).status).toBe(403);
    expect((await person.post('/login/mfa', stated)).status).toBe(400);
    expect((await person.get('/me')).status).toBe(401);
  });

  test('a person is led to the page, with a checked way back', async () => {
    const t = await passportApp({
      sessions,
      mfaLogin: { page: '/code', returnTo: ['/account/*'] },
    });
    await enrollPhone(t);
    const person = visitor(t.app);
    const form = `username=ann%40example.com&password=correct%20horse`;
    const answer = await person.post(`/login?returnTo=/account/keys`, form as never, HTML);
    expect([answer.status, answer.headers['location']]).toEqual([303, '/code']);
    expect(t.messages).toHaveLength(2); // the code of this login is on its way already
  });
});

describe('new ids', () => {
  test('R-110, B28: the session id changes at the password and at the second factor, and the old ones are dead', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    const planter = visitor(t.app);
    await planter.post('/login', BOB); // somebody else's session, planted in Ann's browser
    const planted = planter.cookies();
    expect(sid(planted)).toBeDefined();

    const person = visitor(t.app);
    person.carry(planted);
    const { mfa_token } = (await person.post('/login', ANN)).body;
    const pending = person.cookies();
    const asked = await person.post('/mfa/challenge', { mfa_token });
    const proof = { oob_code: asked.body.oob_code, binding_code: t.code() };
    expect((await person.post('/login/mfa', proof)).status).toBe(200);
    const open = person.cookies();
    expect(new Set([planted, pending, open].map(sid)).size).toBe(3);
    expect((await person.get('/guarded')).body.sub).toBe('u1');

    for (const old of [planted, pending]) {
      const thief = visitor(t.app);
      thief.carry(old);
      expect((await thief.get('/me')).status).toBe(401);
      expect((await thief.get('/guarded')).status).toBe(401);
      expect((await thief.post('/login/mfa', { ...proof, mfa_token })).status).toBe(403);
    }
    expect(Object.keys(t.sessionStore.sessions)).toHaveLength(1);
  });

  test('R-110: a login without a second factor gets a new id, too', async () => {
    const t = await passportApp({ policy: () => 'none' });
    const person = visitor(t.app);
    await person.post('/login', ANN);
    const first = sid(person.cookies());
    await person.post('/login', BOB);
    expect(sid(person.cookies())).not.toBe(first);
    expect((await person.get('/me')).body).toEqual({ me: 'u2' });
  });

  test('R-110: the id is a new one where Passport keeps no session', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    t.app.post(
      '/login/bare',
      t.passport.authenticate('mfa', { session: false }),
      (_request, response) => {
        response.json({});
      },
    );
    const { person, proof } = await challenged(t);
    const before = sid(person.cookies());
    expect((await person.post('/login/bare', proof)).status).toBe(200);
    expect(sid(person.cookies())).not.toBe(before);
    expect((await person.get('/guarded')).status).toBe(200);
    expect((await person.get('/me')).status).toBe(401);
  });
});

describe('a login of somebody else', () => {
  test('login CSRF: a code for another login than the one of this browser is refused', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    const attacker = await challenged(t);
    const stranger = visitor(t.app);
    const stolen = { ...attacker.proof, mfa_token: attacker.mfaToken };
    expect((await stranger.post('/login/mfa', stolen)).status).toBe(403);
    await stranger.post('/login', BOB);
    expect((await stranger.post('/login/mfa', stolen)).status).toBe(403);
    expect((await stranger.get('/me')).status).toBe(401);
    // The rightful browser can still finish.
    expect((await attacker.person.post('/login/mfa', attacker.proof)).body.in).toBe('u1');
  });

  test('R-002: a right code without a password opens nothing', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    const { proof } = await challenged(t);
    expect((await visitor(t.app).post('/login/mfa', proof)).status).toBe(403);
  });

  test('R-006: of many copies at once one logs in', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    const { person, proof } = await challenged(t);
    const copies = Array.from({ length: 20 }, () => {
      const copy = visitor(t.app);
      copy.carry(person.cookies());
      return copy.post('/login/mfa', proof);
    });
    const statuses = (await Promise.all(copies)).map(({ status }) => status);
    expect(statuses.filter((it) => it === 200)).toHaveLength(1);
  });

  test('a token of a session is never exchanged, and a client token opens no session', async () => {
    const t = await passportApp({
      clients: {
        findById: (id) => ({
          id,
          tokenEndpointAuthMethod: 'none',
          grantTypes: ['password', 'mfa'],
        }),
      },
    });
    await enrollPhone(t);
    const { proof, mfaToken: token } = await challenged(t);
    for (const id of ['spa', 'urn:express-mfa:session']) {
      const answer = await client(t.app, id).oob(token, proof.oob_code, proof.binding_code);
      expect(answer.body.access_token).toBeUndefined();
      expect([400, 401]).toContain(answer.status);
    }
    const named = { mfa_token: token, client_id: 'spa' };
    expect((await client(t.app).http.post('/mfa/challenge').send(named)).status).toBe(400);
    t.clock.advance(60);
    const foreign = await mfaToken(t);
    const challenge = await client(t.app).http.post('/mfa/challenge').send({ mfa_token: foreign });
    expect(challenge.body.error_description).toBe('Missing required parameter: client_id');
    const none = await passportApp({ sessions: 'none', sharedStores: undefined as never });
    await enrollPhone(none);
    const other = await mfaToken(none);
    const asked = await client(none.app).challenge({ mfa_token: other }).expect(200);
    const submitted = {
      mfa_token: other,
      oob_code: asked.body.oob_code,
      binding_code: none.code(),
    };
    expect((await visitor(none.app).post('/login/mfa', submitted)).status).toBe(400);
  });
});

test('on Express 4 too', async () => {
  const t = await passportApp({ framework: express4 });
  await enrollPhone(t);
  const { person, proof } = await challenged(t);
  expect((await person.get('/guarded')).status).toBe(401);
  expect((await person.post('/login/mfa', proof)).body.in).toBe('u1');
  expect((await person.get('/guarded')).body.sub).toBe('u1');
  expect((await person.get('/me')).body).toEqual({ me: 'u1' });
});

test('R-008: where the host keeps its user under another name, nobody is there either', async () => {
  const t = await passportApp();
  await enrollPhone(t);
  const seen: unknown[] = [];
  t.app.post(
    '/members/login',
    t.passport.initialize({ userProperty: 'member' }),
    t.passport.authenticate('local', { session: false }),
    (request, response, next) => {
      response.on('finish', () => seen.push((request as { member?: unknown }).member));
      next();
    },
    mfaLogin(t.mfa),
  );
  expect((await visitor(t.app).post('/members/login', ANN)).status).toBe(403);
  expect(seen).toEqual([undefined]);
});

test('R-007: a cookie from before the second factor, brought back, is of no use', async () => {
  const t = await passportApp({ sessions: 'cookie-session' });
  await enrollPhone(t);
  const { person, proof } = await challenged(t);
  const before = person.cookies();
  expect((await person.post('/login/mfa', proof)).status).toBe(200);
  person.carry(before);
  expect((await person.get('/guarded')).status).toBe(401);
  expect((await person.post('/login/mfa', proof)).status).toBe(403);
  expect((await person.get('/guarded')).status).toBe(401);
});

describe('a first factor that is no password', () => {
  test('R-002: is no second factor too', async () => {
    const t = await passportApp({ mfaLogin: { amr: ['sms'] } });
    await enrollPhone(t);
    const answer = await visitor(t.app).post('/login', ANN);
    expect(answer.body.mfa_requirements.challenge).toEqual([{ type: 'recovery-code' }]);
  });

  test('R-009: is no second factor by its name', async () => {
    const t = await passportApp({ policy: () => 'none', mfaLogin: { amr: ['pwd', 'mfa'] } });
    t.app.use(((_error, _request, response, _next) => {
      response.status(500).end();
    }) as ErrorRequestHandler);
    const person = visitor(t.app);
    expect((await person.post('/login', ANN)).status).toBe(500);
    expect((await person.get('/guarded')).status).toBe(401);
  });
});

describe('a host that makes a mistake', () => {
  test('R-029: who believes every X-Forwarded-For logs nobody in', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    const { person, proof } = await challenged(t);
    const codes: unknown[] = [];
    t.app.use(((error, _request, response, _next) => {
      codes.push((error as { code?: string }).code);
      response.status(500).end();
    }) as ErrorRequestHandler);
    t.app.set('trust proxy', true);
    expect((await visitor(t.app).post('/login', ANN)).status).toBe(500);
    expect((await person.post('/login/mfa', proof)).status).toBe(500);
    expect((await person.get('/guarded')).status).toBe(500);
    expect(new Set(codes)).toEqual(new Set(['ERR_MFA_TRUST_PROXY']));
  });

  test('without session: false nobody is logged in, and the host is told', async () => {
    const t = await passportApp({ local: { session: true } });
    await enrollPhone(t);
    const errors: unknown[] = [];
    t.app.use(((error, _request, response, _next) => {
      errors.push(error);
      response.status(500).end();
    }) as ErrorRequestHandler);
    const person = visitor(t.app);
    expect((await person.post('/login', ANN)).status).toBe(500);
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_MFA_PASSPORT_SESSION' })]);
    expect((await person.get('/me')).status).toBe(401);
    expect(Object.values(t.sessionStore.sessions).join()).not.toContain('passport');
  });

  test('without session: false, the proof of one user does not help another', async () => {
    const { test: t, person } = await loggedIn();
    t.app.post(
      '/other',
      t.passport.authenticate('local', { keepSessionInfo: true }),
      (_request, response) => {
        response.json({});
      },
    );
    expect((await person.get('/guarded')).body.sub).toBe('u1');
    expect((await person.post('/other', BOB)).status).toBe(200);
    expect((await person.get('/guarded')).status).toBe(401);
  });

  test('a user that users.findById does not know is told to the host', async () => {
    const t = await passportApp({ mfaLogin: { userId: () => 'nobody' } });
    const codes: unknown[] = [];
    t.app.use(((error, _request, response, _next) => {
      codes.push((error as { code?: string }).code);
      response.status(500).end();
    }) as ErrorRequestHandler);
    expect((await visitor(t.app).post('/login', ANN)).status).toBe(500);
    expect(codes).toEqual(['ERR_MFA_PASSPORT']);
  });

  test.each([
    ['no id', () => undefined as never],
    ['a number, as databases count', () => 1 as never],
  ])('a userId that gives %s is told what to write', async (_name, userId) => {
    const t = await passportApp({ mfaLogin: { userId } });
    const heard: string[] = [];
    t.app.use(((error, _request, response, _next) => {
      heard.push(String(error));
      response.status(500).end();
    }) as ErrorRequestHandler);
    expect((await visitor(t.app).post('/login', ANN)).status).toBe(500);
    expect(heard).toEqual([expect.stringMatching(/String\(user\.id\).*ERR_MFA_PASSPORT/)]);
  });

  test('an option that there is not is refused at start', async () => {
    const options = { pages: '/code' } as object;
    await expect(passportApp({ mfaLogin: options })).rejects.toThrow(/pages.*ERR_MFA_OPTION/);
  });

  test('a user who is blocked gets the answer of the wire', async () => {
    const t = await passportApp();
    const answer = await visitor(t.app).post('/login', {
      username: 'eve@example.com',
      password: 'blocked',
    });
    expect([answer.status, answer.body.error]).toEqual([401, 'unauthorized']);
  });
});
