// The strategies as Passport runs them: by name, by instance, two requests at once.
import { AccessTokenStrategy, MfaStrategy, mfaStrategies } from 'express-mfa/passport';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, testApp } from '../support/app.js';
import { enrollOtp, mfaAccessToken, totp } from '../support/attack.js';
import { ANN, BOB, challenged, HTML, loggedIn, passportApp, visitor } from './passport-app.js';

const API = 'https://api.example.com/';

/** An access token for the API of the tests, by the code from the phone. */
async function apiToken(
  t: Awaited<ReturnType<typeof passportApp>>,
  scope = 'read:notes',
  audience = API,
) {
  const c = client(t.app);
  const { body } = await c.login({ audience, scope }).expect(403);
  const asked = await c.challenge({ mfa_token: body.mfa_token }).expect(200);
  const done = await c.oob(body.mfa_token, asked.body.oob_code, t.code()).expect(200);
  t.clock.advance(60);
  return done.body.access_token as string;
}

describe('the strategies of the second factor', () => {
  test('are named after what they take', async () => {
    const { mfa } = await testApp();
    expect(mfaStrategies(mfa).map(({ name }) => name)).toEqual([
      'mfa',
      'mfa-otp',
      'mfa-oob',
      'mfa-recovery-code',
    ]);
  });

  test('take one kind of proof each', async () => {
    const t = await passportApp();
    const { secret, recoveryCode } = await enrollOtp({ ...t, urls: [] } as never);
    const person = visitor(t.app);
    await person.post('/login', ANN);
    const otp = { otp: totp(secret, t.clock.now()) };
    expect((await person.post('/login/mfa-oob', otp)).status).toBe(400);
    expect((await person.post('/login/mfa-recovery-code', otp)).status).toBe(400);
    expect((await person.post('/login/mfa-otp', otp)).body).toMatchObject({
      in: 'u1',
      info: { amr: ['pwd', 'otp', 'mfa'] },
    });
    await person.post('/login', ANN);
    const recovered = await person.post('/login/mfa', { recovery_code: recoveryCode });
    expect(recovered.body.info).toEqual({
      amr: ['pwd', 'recovery', 'mfa'],
      authTime: t.clock.now() / 1000,
      recoveryCode: expect.stringMatching(/^[A-Z0-9]{24}$/),
    });
    expect(recovered.body.info.recoveryCode).not.toBe(recoveryCode);
  });

  test('R-004: registered by instance and asked for two users at once, each answers its own', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    t.clock.advance(60);
    const login = { username: BOB.username, password: BOB.password };
    await enrollPhone(t, { phone: '+15555550199', login });
    t.clock.advance(60);
    const strategy = new MfaStrategy(t.mfa);
    t.app.post('/login/instance', t.passport.authenticate(strategy), (request, response) => {
      response.json({ in: (request.user as { id: string }).id });
    });
    for (const path of ['/login/instance', '/login/mfa']) {
      const ann = await challenged(t);
      const bob = await challenged(t, visitor(t.app), BOB);
      const [a, b] = await Promise.all([
        ann.person.post(path, ann.proof),
        bob.person.post(path, bob.proof),
      ]);
      expect([a.body.in, b.body.in]).toEqual(['u1', 'u2']);
      expect((await ann.person.get('/guarded')).body.sub).toBe('u1');
      expect((await bob.person.get('/guarded')).body.sub).toBe('u2');
      t.clock.advance(60);
    }
  });

  test('failureRedirect and failureMessage say what was wrong', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    const options = { failureRedirect: '/again', failureMessage: true };
    t.app.post('/login/page', t.passport.authenticate('mfa', options));
    t.app.get('/again', (request, response) => {
      response.json((request.session as unknown as { messages: string[] }).messages);
    });
    const { person, proof } = await challenged(t);
    const answer = await person.post('/login/page', { ...proof, binding_code: '000000' });
    expect([answer.status, answer.headers['location']]).toEqual([302, '/again']);
    expect((await person.get('/again')).body).toEqual(['Invalid binding_code.']);
  });

  test('a callback of the host logs in by itself, and the proof is in the new session', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    t.app.post('/login/own', (request, response, next) => {
      t.passport.authenticate('mfa', (error: unknown, user?: Express.User | false) => {
        if (error || !user) return next(error ?? new Error('refused'));
        request.logIn(user, (failed) => (failed ? next(failed) : response.json({})));
      })(request, response, next);
    });
    const { person, proof } = await challenged(t);
    expect((await person.post('/login/own', proof)).status).toBe(200);
    expect((await person.get('/guarded')).body.sub).toBe('u1');
    expect((await person.get('/me')).status).toBe(200);
  });

  test('a logout of Passport ends the proof too', async () => {
    const { test: t, person } = await loggedIn();
    t.app.post('/logout', (request, response, next) => {
      request.logout((error) => (error ? next(error) : response.json({})));
    });
    expect((await person.get('/guarded')).status).toBe(200);
    await person.post('/logout');
    expect((await person.get('/guarded')).status).toBe(401);
  });

  test('R-010: a store that fails passes nobody, and the host is told', async () => {
    const t = await passportApp();
    await enrollPhone(t);
    const { person, proof } = await challenged(t);
    const { commit } = t.mfa.store;
    Object.assign(t.mfa.store, { commit: async () => Promise.reject(new Error('down')) });
    expect((await person.post('/login/mfa', proof)).status).toBeGreaterThanOrEqual(500);
    expect((await person.get('/me')).status).toBe(401);
    Object.assign(t.mfa.store, { commit });
  });
});

describe('the strategy of access tokens', () => {
  async function api() {
    const t = await passportApp({ sessions: 'none' });
    await enrollPhone(t);
    t.clock.advance(60);
    t.passport.use('writes', new AccessTokenStrategy(t.mfa, { scope: ['write:notes'] }));
    t.passport.use(
      'elsewhere',
      new AccessTokenStrategy(t.mfa, { audience: 'https://other.example/' }),
    );
    for (const name of ['access-token', 'writes', 'elsewhere']) {
      t.app.get(
        `/${name}`,
        t.passport.authenticate(name, { session: false }),
        (request, response) => {
          response.json({ user: (request.user as { id: string }).id, info: request.authInfo });
        },
      );
    }
    const get = (path: string, token: string) =>
      visitor(t.app).get(path, { Authorization: `Bearer ${token}` });
    return { t, get };
  }

  test('gives the user and what the token says', async () => {
    const { t, get } = await api();
    const { body } = await get('/access-token', await apiToken(t));
    expect(body.user).toBe('u1');
    expect(body.info).toMatchObject({
      sub: 'u1',
      clientId: 'spa',
      scope: ['read:notes'],
      amr: ['pwd', 'sms', 'mfa'],
      via: 'bearer',
    });
  });

  test('asks for audience and scope', async () => {
    const { t, get } = await api();
    const token = await apiToken(t);
    expect((await get('/writes', token)).status).toBe(403);
    expect((await get('/elsewhere', token)).status).toBe(401);
    expect((await get('/writes', await apiToken(t, 'write:notes'))).status).toBe(200);
  });

  test('R-091: takes no token for the MFA API, not even with openid, and none that is no access token', async () => {
    const { t, get } = await api();
    for (const scope of ['openid enroll', 'enroll']) {
      const token = await mfaAccessToken({ ...t, urls: [] } as never, { scope });
      expect((await get('/access-token', token)).status).toBe(401);
      expect(
        (await visitor(t.app).get('/guarded', { Authorization: `Bearer ${token}` })).status,
      ).toBe(401);
      t.clock.advance(60);
    }
    const { body } = await client(t.app).login().expect(403);
    for (const token of [body.mfa_token, 'x', 'a.b.c', '']) {
      expect((await get('/access-token', token)).status).toBe(401);
    }
  });

  test('R-091: cannot be made for the MFA API', async () => {
    const { mfa } = await testApp();
    const make = () => new AccessTokenStrategy(mfa, { audience: mfa.audience });
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_MFA_GUARD' }));
  });

  test('R-062: a user who is gone is nobody', async () => {
    const users = [{ id: 'u1', email: 'ann@example.com', password: 'correct horse' }];
    const t = await passportApp({ sessions: 'none', seedUsers: users });
    await enrollPhone(t);
    t.clock.advance(60);
    t.app.get('/mine', t.passport.authenticate('access-token', { session: false }));
    const token = await apiToken(t);
    users.pop();
    expect((await visitor(t.app).get('/mine', { Authorization: `Bearer ${token}` })).status).toBe(
      401,
    );
  });
});

test('people get a page and programs JSON from the same route', async () => {
  const t = await passportApp();
  const person = visitor(t.app);
  expect((await person.get('/guarded', HTML)).headers['location']).toBe(
    '/login?returnTo=%2Fguarded',
  );
  const program = await person.get('/guarded');
  expect(program.headers['www-authenticate']).toBe('Bearer');
  expect(program.body.error).toBe('invalid_token');
});
