// GET /v2/logout, GET and POST /oidc/logout (OpenID Connect RP-Initiated Logout).
import cookieSession from 'cookie-session';
import { Passport } from 'passport';
import { describe, expect, test } from 'vitest';
import { ann, browserApp, type Visitor } from '../support/browser.js';

const BYE = 'https://app.example.com/bye';

const isIn = async (v: Visitor) => (await v.me()) !== null;

describe('GET /v2/logout', () => {
  test('ends the session and goes where the client lists it', async () => {
    const { v } = await ann();
    const answer = await v.agent.get('/v2/logout').query({ client_id: 'app', returnTo: BYE });
    expect([answer.status, answer.headers['location']]).toEqual([303, BYE]);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(await isIn(v)).toBe(false);
    expect((await v.authorize()).headers['location']).toMatch(/^\/login\?/);
  });

  test('R-110: the old session id is dead', async () => {
    const { t, v } = await ann();
    const login = await v.agent.get('/me');
    const cookie = `${login.request.get('Cookie')}`;
    await v.agent.get('/v2/logout').expect(200);
    const thief = await t.visitor().agent.get('/me').set('Cookie', cookie);
    expect(thief.body).toBe(null);
  });

  test('goes to the first of the list, or says that it is done', async () => {
    const { t } = await ann();
    const named = await t.visitor().agent.get('/v2/logout?client_id=app');
    expect(named.headers['location']).toBe(BYE);
    const plain = await t.visitor().agent.get('/v2/logout').expect(200);
    expect(plain.text).toContain('You are logged out');
  });

  test('ends a login that waits for its second factor', async () => {
    const { t, secret } = await ann();
    const v = t.visitor();
    await v.logIn().expect(200, { needed: 'challenge' });
    await v.agent.get('/v2/logout').expect(200);
    t.clock.advance(30);
    await v.prove(secret).expect(400);
  });

  test('works with cookie-session', async () => {
    const { v } = await ann({ sessions: cookieSession({ secret: 'a secret of the tests' }) });
    expect(await isIn(v)).toBe(true);
    await v.agent.get('/v2/logout').expect(200);
    expect(await isIn(v)).toBe(false);
  });
});

test("GET /v2/logout ends Passport's login too", async () => {
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, (user as { id: string }).id));
  passport.deserializeUser((id, done) => done(null, { id }));
  const { t, v } = await ann({ before: [passport.initialize(), passport.session()] });
  t.app.get('/who', (request, response) => void response.json(request.user ?? null));
  expect((await v.agent.get('/who')).body).toEqual({ id: 'u1' });
  await v.agent.get('/v2/logout').expect(200);
  expect((await v.agent.get('/who')).body).toBe(null);
  expect(await isIn(v)).toBe(false);
});

describe('is no open redirect', () => {
  const corpus = [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    'https://app.example.com/bye/',
    'https://app.example.com/bye?x=1',
    'https://app.example.com/bye#x',
    'https://app.example.com',
    'https://app.example.com/callback',
    'https://APP.example.com/bye',
    'http://app.example.com/bye',
    'https://app.example.com@evil.example/bye',
    'https://app.example.com.evil.example/bye',
    'javascript:alert(1)',
    'https://site.example.com/', // of another client
  ];

  test.each(corpus)('R-113: %s', async (uri) => {
    const { v } = await ann();
    for (const [path, query] of [
      ['/v2/logout', { client_id: 'app', returnTo: uri }],
      ['/v2/logout', { returnTo: uri }],
      ['/oidc/logout', { client_id: 'app', post_logout_redirect_uri: uri }],
      ['/oidc/logout', { post_logout_redirect_uri: uri }],
    ] as const) {
      const answer = await v.agent.get(path).query(query);
      expect([answer.status, answer.headers['location']]).toEqual([400, undefined]);
      expect(answer.headers['content-type']).toContain('text/html');
    }
    expect(await isIn(v)).toBe(true);
  });

  test.each([
    ['/v2/logout?client_id=nobody', 'Unknown client'],
    ['/v2/logout?client_id=app&client_id=site', 'sent twice'],
    ['/oidc/logout?id_token_hint=a.b.c', 'id_token_hint'],
    ['/oidc/logout?id_token_hint=none', 'id_token_hint'],
  ])('%s is a page', async (path, text) => {
    const { v } = await ann();
    const answer = await v.agent.get(path);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(text);
    expect(await isIn(v)).toBe(true);
  });

  test('other methods are refused', async () => {
    const { v } = await ann();
    const answer = await v.agent.delete('/v2/logout');
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, POST']);
  });
});

describe('/oidc/logout', () => {
  const idToken = async (v: Visitor) =>
    (await v.exchange(await v.code()).expect(200)).body.id_token;

  test('ends the session that the id_token is about, and goes back with state', async () => {
    const { t, v } = await ann();
    const query = {
      id_token_hint: await idToken(v),
      post_logout_redirect_uri: BYE,
      state: 'a b',
    };
    t.clock.advance(1000);
    const answer = await v.agent.get('/oidc/logout').query(query);
    expect([answer.status, answer.headers['location']]).toEqual([303, `${BYE}?state=a+b`]);
    expect(await isIn(v)).toBe(false);
  });

  test('takes a form, and an id_token that has expired', async () => {
    const { t, v } = await ann();
    const id_token_hint = await idToken(v);
    t.clock.advance(100_000);
    const answer = await v.agent.post('/oidc/logout').type('form').send({ id_token_hint });
    expect(answer.status).toBe(200);
    expect(await isIn(v)).toBe(false);
  });

  test('ends no session of somebody else', async () => {
    const { t, v } = await ann({ policy: () => 'enroll' });
    const query = { id_token_hint: await idToken(v), post_logout_redirect_uri: BYE };
    const bobs = await browserApp({
      policy: () => 'none',
      sharedStores: () => t.mfa.store,
      clock: t.clock,
    });
    const bob = bobs.visitor();
    await bob.logIn('bob@example.com', 'battery staple').expect(200, { needed: 'none' });
    const answer = await bob.agent.get('/oidc/logout').query(query);
    expect(answer.headers['location']).toBe(BYE);
    expect(await isIn(bob)).toBe(true);
  });

  test('R-091: an access token is no id_token, and one of another client does not fit', async () => {
    const { v } = await ann();
    const { body } = await v.exchange(await v.code()).expect(200);
    for (const query of [
      { id_token_hint: body.access_token },
      { id_token_hint: body.id_token, client_id: 'site' },
    ]) {
      expect((await v.agent.get('/oidc/logout').query(query)).status).toBe(400);
    }
    expect(await isIn(v)).toBe(true);
  });
});

test('an app without a session is told so by an event, and its visitors by an error', async () => {
  const t = await browserApp({ sessions: (_request, _response, next) => next() });
  const answer = await t.visitor().agent.get('/v2/logout');
  expect(answer.status).toBe(500);
  const [event] = t.events.filter(({ event: name }) => name === 'server_error');
  expect(event?.cause).toMatchObject({ code: 'ERR_MFA_SESSION' });
});
