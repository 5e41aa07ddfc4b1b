// requireMfa: who passes, what programs are told, where people are led, and for how long.
import { OAuthError, requireMfa, type User } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { challenged, HTML, loggedIn, passportApp, visitor } from '../passport/passport-app.js';
import { client, enrollPhone, testApp } from '../support/app.js';

const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
const API = 'https://api.example.com/';

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** A token for the API of the tests: with a second factor, or from before the policy asked for one. */
async function tokenFor(t: Awaited<ReturnType<typeof passportApp>>, scope = 'read:notes') {
  const c = client(t.app);
  const login = await c.login({ audience: API, scope });
  if (login.status === 200) return login.body.access_token as string;
  const { mfa_token } = login.body;
  const asked = await c.challenge({ mfa_token }).expect(200);
  const done = await c.oob(mfa_token, asked.body.oob_code, t.code()).expect(200);
  return done.body.access_token as string;
}

describe('a session', () => {
  test('with a second factor passes, and the route knows who it is', async () => {
    const { test: t, person } = await loggedIn();
    const { body } = await person.get('/guarded');
    expect(body).toEqual({
      sub: 'u1',
      amr: ['pwd', 'sms', 'mfa'],
      acr: MULTI_FACTOR,
      authTime: t.clock.now() / 1000 - 60,
      via: 'session',
    });
  });

  test('R-101: with the password alone does not; programs get the challenge of RFC 9470', async () => {
    const t = await passportApp({ policy: () => 'none' });
    const person = visitor(t.app);
    await person.post('/login', { username: 'ann@example.com', password: 'correct horse' });
    t.app.get('/fresh', requireMfa(t.mfa, { maxAge: 600, acr: MULTI_FACTOR }));
    const answer = await person.get('/fresh');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", ' +
        'error_description="The second factor is missing, too weak or too old.", ' +
        `acr_values="${MULTI_FACTOR}", max_age="600"`,
    );
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toEqual({
      error: 'insufficient_user_authentication',
      error_description: 'The second factor is missing, too weak or too old.',
    });
  });

  test('R-101: is asked again when its proof is too old; a fresh one opens it, and leads back', async () => {
    const { test: t, person } = await loggedIn();
    t.app.get('/fresh', requireMfa(t.mfa, { maxAge: 300 }), (_request, response) => {
      response.json({ fresh: true });
    });
    expect((await person.get('/fresh')).status).toBe(200);
    t.clock.advance(300);
    expect((await person.get('/fresh')).status).toBe(401);
    const sent = t.messages.length;
    const page = await person.get('/fresh?tab=2', HTML);
    expect([page.status, page.headers['location']]).toEqual([303, '/login/mfa']);
    expect(t.messages).toHaveLength(sent); // a link sends nothing
    const [stored = ''] = Object.values(t.sessionStore.sessions);
    const { login } = JSON.parse(stored).mfa;
    expect(login.returnTo).toBe('/fresh?tab=2');
    const asked = await person.post('/mfa/challenge', { mfa_token: login.token });
    const proof = { oob_code: asked.body.oob_code, binding_code: t.code() };
    expect((await person.post('/login/mfa', proof)).status).toBe(200);
    expect((await person.get('/fresh')).status).toBe(200);
  });

  test('R-105: a step-up raises nothing before it has passed', async () => {
    const { test: t, person } = await loggedIn();
    t.app.get('/app-only', requireMfa(t.mfa, { amr: ['otp'] }));
    const before = (await person.get('/guarded')).body;
    await person.get('/app-only', HTML);
    expect((await person.get('/guarded')).body).toEqual(before);
    expect((await person.get('/app-only')).status).toBe(401);
  });

  test('R-105: that a recovery code opened is no multi-factor one by its acr', async () => {
    const t = await passportApp();
    const { recoveryCode } = await enrollPhone(t);
    const person = visitor(t.app);
    await person.post('/login', { username: 'ann@example.com', password: 'correct horse' });
    await person.post('/login/mfa', { recovery_code: recoveryCode });
    t.app.get('/strong', requireMfa(t.mfa, { acr: MULTI_FACTOR }));
    expect((await person.get('/guarded')).body.acr).toBeUndefined();
    expect((await person.get('/strong')).status).toBe(401);
  });

  test('R-116: ends after 30 minutes without use', async () => {
    const { test: t, person } = await loggedIn();
    for (let i = 0; i < 3; i++) {
      t.clock.advance(1700);
      expect((await person.get('/guarded')).status).toBe(200);
    }
    t.clock.advance(1801);
    expect((await person.get('/guarded')).status).toBe(401);
  });

  test('R-116: ends after 24 hours, however much it is used and stepped up', async () => {
    const { test: t, person } = await loggedIn();
    for (let i = 0; i < 57; i++) {
      t.clock.advance(1500);
      expect((await person.get('/guarded')).status).toBe(200);
    }
    t.clock.advance(1500); // 24 hours and 11 minutes
    expect((await person.get('/guarded')).status).toBe(401);
  });

  test('R-007, R-013: ends with a change of the password', async () => {
    const { test: t, person } = await loggedIn();
    await t.mfa.onPasswordChanged('u1');
    expect((await person.get('/guarded')).status).toBe(401);
  });

  test('R-062: ends with its user, or when the user is blocked', async () => {
    const users: (User & { password: string; blocked?: boolean })[] = [
      { id: 'u1', email: 'ann@example.com', password: 'correct horse' },
    ];
    const { person } = await loggedIn({ seedUsers: users });
    users[0] = { ...(users[0] as (typeof users)[0]), blocked: true };
    expect((await person.get('/guarded')).status).toBe(401);
    users.pop();
    expect((await person.get('/guarded')).status).toBe(401);
  });

  test('is not what a request states beside it', async () => {
    const t = await passportApp();
    const forged = { sub: 'u1', amr: ['mfa'], since: 0, at: 0, seen: 0, epoch: 0, id: 'x' };
    const cookie = `mfa=${encodeURIComponent(JSON.stringify({ proof: forged }))}`;
    const answer = await visitor(t.app).get('/guarded', { Cookie: cookie });
    expect(answer.status).toBe(401);
  });
});

describe('an access token', () => {
  async function api() {
    const t = await passportApp({ sessions: 'none' });
    await enrollPhone(t);
    t.clock.advance(60);
    return t;
  }

  test('with a second factor passes, as fresh as it is', async () => {
    const t = await api();
    t.app.get(
      '/fresh',
      requireMfa(t.mfa, { maxAge: 60, scope: 'read:notes' }),
      (request, response) => {
        response.json(request.auth);
      },
    );
    const token = await tokenFor(t);
    expect((await visitor(t.app).get('/fresh', bearer(token))).body).toEqual({
      sub: 'u1',
      amr: ['pwd', 'sms', 'mfa'],
      acr: MULTI_FACTOR,
      authTime: t.clock.now() / 1000,
      via: 'bearer',
      scope: ['read:notes'],
      clientId: 'spa',
      audience: API,
    });
    t.clock.advance(61);
    const late = await visitor(t.app).get('/fresh', bearer(token));
    expect(late.status).toBe(401);
    expect(late.headers['www-authenticate']).toContain('max_age="60"');
  });

  test('needs the scope', async () => {
    const t = await api();
    t.app.get('/write', requireMfa(t.mfa, { scope: 'read:notes write:notes' }));
    const answer = await visitor(t.app).get('/write', bearer(await tokenFor(t)));
    expect(answer.status).toBe(403);
    expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"');
    expect(answer.headers['www-authenticate']).toContain('scope="read:notes write:notes"');
  });

  test('of a password alone gets the challenge', async () => {
    const t = await passportApp({ sessions: 'none', policy: () => 'none' });
    const answer = await visitor(t.app).get('/guarded', bearer(await tokenFor(t)));
    expect(answer.status).toBe(401);
    expect(answer.body.error).toBe('insufficient_user_authentication');
  });

  test('R-091: is for an audience of the guard, and no other token of ours is', async () => {
    const t = await api();
    t.app.get('/elsewhere', requireMfa(t.mfa, { audience: 'https://other.example/' }));
    const token = await tokenFor(t, 'openid read:notes');
    expect((await visitor(t.app).get('/elsewhere', bearer(token))).status).toBe(401);
    expect((await visitor(t.app).get('/guarded', bearer(token))).status).toBe(200);
    const { body } = await client(t.app).login({ audience: API }).expect(403);
    for (const wrong of [
      body.mfa_token,
      `${token.slice(0, -4)}AAAA`,
      'a.b.c',
      token.split('.')[0],
    ]) {
      const answer = await visitor(t.app).get('/guarded', bearer(wrong));
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    }
  });

  test('decides alone: a session beside it does not help a bad one', async () => {
    const { person } = await loggedIn();
    expect((await person.get('/guarded', bearer('a.b.c'))).status).toBe(401);
    expect((await person.get('/guarded', { Authorization: 'Bearer' })).status).toBe(200);
  });
});

describe('a guard', () => {
  test.each([
    [{ maxAge: 0 }, 'maxAge'],
    [{ maxAge: Number.NaN }, 'maxAge'],
    [{ acr: 'silver' }, 'acr'],
    [{ audience: 'https://auth.example.com/mfa/' }, 'audience'],
    [{ bind: 'amount' as never }, 'bind'],
    [{ login: 'https://evil.example/' }, 'login'],
    [{ page: '//evil.example' }, 'page'],
    [{ maxage: 600 } as never, 'maxage'],
  ])('refuses %j at start', async (options, name) => {
    const { mfa } = await testApp();
    expect(() => requireMfa(mfa, options)).toThrow(
      expect.objectContaining({ code: 'ERR_MFA_GUARD', path: `requireMfa.${name}` }),
    );
  });

  test('R-010: a store that fails lets nobody through, and says to come back', async () => {
    const { test: t, person } = await loggedIn();
    Object.assign(t.mfa.store, {
      load: async () => {
        throw new OAuthError(503, 'temporarily_unavailable', 'Later.', {
          headers: { 'Retry-After': '5' },
        });
      },
    });
    const program = await person.get('/guarded');
    expect([program.status, program.headers['retry-after']]).toEqual([503, '5']);
    const page = await person.get('/guarded', HTML);
    expect([page.status, page.headers['retry-after']]).toEqual([503, '5']);
    expect(page.text).toContain('Later.');
    expect(page.text).not.toContain('at ');
  });

  test('R-113: leads back to a path of this origin, whatever the request names', async () => {
    const { test: t, person } = await loggedIn();
    t.app.use('/old', requireMfa(t.mfa, { amr: ['otp'] }));
    t.clock.advance(60);
    const returnTo = async (path: string, headers = {}) => {
      await person.get(path, { ...HTML, ...headers });
      const [stored = ''] = Object.values(t.sessionStore.sessions);
      return JSON.parse(stored).mfa.login.returnTo;
    };
    expect(await returnTo('/old/a?b=1')).toBe('/old/a?b=1');
    expect(await returnTo('/old//evil.example')).toBe('/old//evil.example');
    await person.post('/old/form', {}, { ...HTML, Referer: 'https://evil.example/x' });
    const [stored = ''] = Object.values(t.sessionStore.sessions);
    expect(JSON.parse(stored).mfa.login.returnTo).toBe('/');
  });

  test('R-002: the code that a step-up asks for is of the user of the session', async () => {
    const { test: t, person } = await loggedIn();
    t.app.get('/fresh', requireMfa(t.mfa, { maxAge: 30 }));
    await person.get('/fresh', HTML);
    const other = await challenged(t, visitor(t.app));
    // The code of another login of the same user is not of this step-up.
    expect((await person.post('/login/mfa', other.proof)).status).toBe(400);
  });
});
