import express from 'express';
import { discoveryRouter, mfaRouter, oauthRouter } from 'express-mfa';
import express4 from 'express4';
import supertest from 'supertest';
import { describe, expect, test } from 'vitest';
import { OOB_GRANT, RECOVERY_GRANT, SMS, type TestApp, testApp } from '../support/app.js';

/** Tests type both frameworks as Express 5; the routers work with either. */
const frameworks = { 'Express 5': express, 'Express 4': express4 as unknown as typeof express };
const login = {
  grant_type: 'password',
  client_id: 'spa',
  username: 'ann@example.com',
  password: 'correct horse',
};

/** Associate, confirm, challenge, prove, recover. Lists as JSON only where the encoding has lists. */
async function mainFlow(t: TestApp, app: express.Express, { base = '', type = 'json', end = '' }) {
  const http = supertest(app);
  const post = (path: string, body: object, headers = {}) =>
    http.post(`${base}${path}${end}`).set(headers).type(type).send(body);
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const oob = (token: string, code: string) =>
    post('/oauth/token', {
      grant_type: OOB_GRANT,
      client_id: 'spa',
      mfa_token: token,
      oob_code: code,
      binding_code: t.code(),
    }).expect(200);

  const first = (await post('/oauth/token', login).expect(403)).body.mfa_token;
  const lists = type === 'json' ? SMS : { ...SMS, authenticator_types: 'oob', oob_channels: 'sms' };
  const started = (await post('/mfa/associate', lists, bearer(first)).expect(200)).body;
  await oob(first, started.oob_code);

  const second = (await post('/oauth/token', login).expect(403)).body.mfa_token;
  const list = await http.get(`${base}/mfa/authenticators${end}`).set(bearer(second)).expect(200);
  expect(list.body).toHaveLength(3);
  const challenge = { client_id: 'spa', mfa_token: second };
  const asked = (await post('/mfa/challenge', challenge).expect(200)).body;
  await oob(second, asked.oob_code);

  const mfa = { ...login, audience: 'https://auth.example.com/mfa/' };
  const third = (await post('/oauth/token', mfa).expect(403)).body.mfa_token;
  const recovery = { grant_type: RECOVERY_GRANT, client_id: 'spa', mfa_token: third };
  const [code] = started.recovery_codes;
  await post('/oauth/token', { ...recovery, recovery_code: code }).expect(200);
  await http.get(`${base}/.well-known/jwks.json${end}`).expect(200);
}

const parsers = (framework: typeof express) => ({
  'no parser': [],
  'express.json': [framework.json()],
  'express.urlencoded, extended': [framework.urlencoded({ extended: true })],
  'express.urlencoded, simple': [framework.urlencoded({ extended: false })],
  'express.json and express.urlencoded': [
    framework.json(),
    framework.urlencoded({ extended: true }),
  ],
  'express.text': [framework.text({ type: '*/*' })],
  'express.raw': [framework.raw({ type: '*/*' })],
});

describe.each(Object.entries(frameworks))('on %s', (_name, framework) => {
  test.each(Object.entries(parsers(framework)))(
    'the flow runs behind %s',
    async (_parser, before) => {
      for (const type of ['json', 'form']) {
        const t = await testApp({ framework, before });
        await mainFlow(t, t.app, { type });
      }
    },
  );

  test('the flow runs below a path of a parent app, with a trailing slash and a query', async () => {
    for (const end of ['', '/', '?x=1', '/?x=1&client_id=web']) {
      const t = await testApp({ framework });
      const parent = framework();
      parent.use('/auth', t.app);
      await mainFlow(t, parent, { base: '/auth', end });
    }
  });

  test('the flow runs in routers of the host, under other paths', async () => {
    const t = await testApp({ framework });
    const router = framework.Router({ strict: true, caseSensitive: true });
    router.use('/oauth', oauthRouter(t.mfa));
    router.use('/mfa', mfaRouter(t.mfa));
    router.use('/.well-known', discoveryRouter(t.mfa));
    const parent = framework().use('/tenants/:id', router);
    await mainFlow(t, parent, { base: '/tenants/7' });
  });

  test('other paths go on to the handlers of the host', async () => {
    const t = await testApp({ framework });
    t.app.use((request, response) => {
      response.status(418).json({ host: request.originalUrl });
    });
    const http = supertest(t.app);
    const paths = [
      '/',
      '/oauth',
      '/oauth/',
      '/oauth/authorize?x=1',
      '/oauth/token/x',
      '/mfa',
      '/mfa/unknown',
      '/mfa/authenticators/a/b',
      '/mfa/Associate',
      '/mfa/:id',
      '/.well-known/other',
    ];
    for (const path of paths) {
      for (const method of ['get', 'post', 'delete', 'options'] as const) {
        expect((await http[method](path)).status).toBe(418);
      }
      expect((await http.get(path)).body).toEqual({ host: path });
    }
  });

  test('a body that the parent parsed is held to the same rules', async () => {
    const t = await testApp({
      framework,
      before: parsers(framework)['express.json and express.urlencoded'],
    });
    const http = supertest(t.app);
    const form = new URLSearchParams(login).toString();
    const wrong = [
      http.post('/oauth/token').type('form').send(`${form}&client_id=web`),
      http.post('/oauth/token').type('form').send(`${form}&client_id[$ne]=x`),
      http.post('/oauth/token').send({ ...login, password: ['correct horse'] }),
      http.post('/oauth/token').send([login]),
      http.post('/oauth/token').send({}),
      http.post('/oauth/token'),
    ];
    for (const request of wrong) {
      const answer = await request;
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
    await http
      .post('/oauth/token')
      .send({ ...login, unknown: { a: [1] }, scope: null })
      .expect(403);
  });

  test('the headers of the host stay, and its error handler sees none of our errors', async () => {
    const seen: unknown[] = [];
    const header: express.RequestHandler = (_request, response, next) => {
      response.set({ Vary: 'Accept-Encoding', 'X-Host': 'yes' });
      next();
    };
    const t = await testApp({
      framework,
      before: [header],
      policy: () => Promise.reject(new Error('x')),
    });
    const onError: express.ErrorRequestHandler = (error, _request, response, _next) => {
      seen.push(error);
      response.status(599).end();
    };
    t.app.use(onError);
    const answer = await supertest(t.app).post('/oauth/token').send(login).expect(500);
    expect(answer.body.error).toBe('server_error');
    expect(answer.headers['vary']).toMatch(/Accept-Encoding.*Origin/);
    expect(answer.headers['x-host']).toBe('yes');
    expect(seen).toEqual([]);
  });
});
