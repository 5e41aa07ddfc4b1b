import { describe, expect, test } from 'vitest';
import { client, enrollPhone, type TestAppOptions, testApp } from '../support/app.js';
import { expectAnswer, expectError } from './answers.js';
import { mfaToken } from './steps.js';

const LOGIN = { grant_type: 'password', username: 'ann@example.com', password: 'correct horse' };
const FAILED = 'Client authentication failed';
const encode = (it: string) => encodeURIComponent(it).replaceAll('%20', '+');
const raw = (pair: string) => ({ Authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
const basic = (id: string, secret: string) => raw(`${encode(id)}:${encode(secret)}`);

async function ask(body: object, headers: Record<string, string> = {}, options?: TestAppOptions) {
  const { app } = await testApp({ policy: () => 'none', ...options });
  return client(app)
    .http.post('/oauth/token')
    .set(headers)
    .send({ ...LOGIN, ...body });
}

describe('the client is known by', () => {
  test.each([
    ['its id alone, when it is public', { client_id: 'spa' }, {}],
    ['id and secret in the body', { client_id: 'web', client_secret: 'web-secret' }, {}],
    ['a Basic header alone', {}, basic('basic', 'basic secret:ä')],
    [
      'a Basic header and the same id in the body',
      { client_id: 'web' },
      basic('web', 'web-secret'),
    ],
    ['the other form than the registered one', {}, basic('web', 'web-secret')],
    ['a Basic header without a secret, when it is public', {}, raw('spa:')],
    ['its id, with a secret of null', { client_id: 'spa', client_secret: null }, {}],
    ['its id, with an empty secret', { client_id: 'spa', client_secret: '' }, {}],
  ])('%s', async (_name, body, headers) => {
    expect((await ask(body, headers)).status).toBe(200);
  });

  test('a secret that the host checks by itself', async () => {
    const hashed = {
      id: 'web',
      tokenEndpointAuthMethod: 'client_secret_post',
      grantTypes: ['password'],
    };
    const verifySecret = async (secret: string) => secret === 'right';
    const clients = { findById: () => ({ ...hashed, verifySecret }) } as never;
    const login = (secret: string) =>
      ask({ client_id: 'web', client_secret: secret }, {}, { clients });
    expect((await login('right')).status).toBe(200);
    expectError(await login('wrong'), 401, 'invalid_client', FAILED);
  });
});

describe('a client is refused', () => {
  test.each([
    ['that nobody knows', { client_id: 'nobody' }],
    ['with the name of a member of all objects', { client_id: '__proto__' }],
    ['in another case', { client_id: 'SPA' }],
    ['without its secret', { client_id: 'web' }],
    ['with a wrong secret', { client_id: 'web', client_secret: 'web-secreT' }],
    ['with a secret that it does not have', { client_id: 'spa', client_secret: 'x' }],
  ])('%s, without WWW-Authenticate', async (_name, body) => {
    expectError(await ask(body), 401, 'invalid_client', FAILED);
  });

  test.each([
    ['with a wrong secret', basic('basic', 'wrong')],
    ['that nobody knows', basic('nobody', 'x')],
    ['without a colon', raw('basic')],
    ['that is not base64', { Authorization: 'Basic %%%' }],
    ['with bad percent-encoding', raw('basic:%zz')],
  ])('by a Basic header %s, with WWW-Authenticate', async (_name, headers) => {
    const answer = await ask({}, headers);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic realm="[\w-]+"$/);
    delete answer.headers['www-authenticate'];
    expectError(answer, 401, 'invalid_client', FAILED);
  });

  test.each([
    ['two secrets', { client_secret: 'basic secret:ä' }],
    ['two ids', { client_id: 'web' }],
  ])('with %s', async (_name, body) => {
    const refused = await ask(body, basic('basic', 'basic secret:ä'));
    expectError(refused, 400, 'invalid_request', 'Authenticate the client in one way only');
  });

  test('without an id', async () => {
    expectError(await ask({}), 400, 'invalid_request', 'Missing required parameter: client_id');
  });

  test('with WWW-Authenticate for no other error than invalid_client', async () => {
    const headers = basic('basic', 'basic secret:ä');
    const wrong = await ask({ password: 'wrong' }, headers);
    expectError(wrong, 403, 'invalid_grant', 'Wrong email or password.');
    const demanded = await ask({}, headers, { policy: () => 'enroll' });
    expectAnswer(demanded, 403, expect.objectContaining({ error: 'mfa_required' }));
  });
});

describe('the grants of a client', () => {
  test.each([
    ['nopassword', 'password'],
    ['nopassword', 'http://auth0.com/oauth/grant-type/password-realm'],
    ['nomfa', 'http://auth0.com/oauth/grant-type/mfa-otp'],
    ['nomfa', 'http://auth0.com/oauth/grant-type/mfa-oob'],
    ['nomfa', 'http://auth0.com/oauth/grant-type/mfa-recovery-code'],
  ])('%s may not use %s', async (id, grant) => {
    const refused = await ask({ client_id: id, grant_type: grant });
    const text = `Grant type '${grant}' not allowed for the client.`;
    expectError(refused, 403, 'unauthorized_client', text);
  });
});

describe('POST /mfa/challenge', () => {
  const login = { client_secret: 'web-secret' };

  test('takes a confidential client without its secret, and never a wrong one', async () => {
    const t = await testApp();
    await enrollPhone(t);
    t.clock.advance(600);
    const token = await mfaToken(t, login, 'web');
    const { http } = client(t.app);
    const send = (body: object, headers = {}) =>
      http
        .post('/mfa/challenge')
        .set(headers)
        .send({ mfa_token: token, ...body });
    const wrong = await send({ client_id: 'web', client_secret: 'wrong' });
    expectError(wrong, 401, 'invalid_client', FAILED);
    expect((await send({}, basic('web', 'wrong'))).status).toBe(401);
    await send({ client_id: 'web' }).expect(200);
    t.clock.advance(40);
    await send({ client_id: 'web', client_secret: 'web-secret' }).expect(200);
    t.clock.advance(70);
    await send({}, basic('web', 'web-secret')).expect(200);
    const missing = await send({});
    expectError(missing, 400, 'invalid_request', 'Missing required parameter: client_id');
  });

  test('takes no mfa_token of another client, and no client without the MFA grants', async () => {
    const t = await testApp();
    const token = await mfaToken(t);
    const other = await client(t.app, 'other').challenge({ mfa_token: token });
    expectError(other, 400, 'invalid_request', 'mfa_token not issued to this client');
    const without = await client(t.app, 'nomfa').challenge({ mfa_token: token });
    expect([without.status, without.body.error]).toEqual([403, 'unauthorized_client']);
  });
});
