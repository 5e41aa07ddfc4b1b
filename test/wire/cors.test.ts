import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, OTP, testApp } from '../support/app.js';
import { mfaToken, passSms } from './steps.js';

const SPA = 'https://spa.example.com';
const OTHER = 'https://other.example.com';
const EXPOSED =
  'DPoP-Nonce, Retry-After, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset';

const allowed = ({ headers }: Response) => headers['access-control-allow-origin'];

describe('a preflight', () => {
  const preflight = async (path: string, origin: string) => {
    const { app } = await testApp();
    return client(app).http.options(path).set({
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'auth0-client,content-type',
    });
  };

  test.each([
    '/oauth/token',
    '/mfa/associate',
    '/mfa/challenge',
    '/mfa/authenticators',
    '/mfa/authenticators/sms%7Cdev_x',
  ])('of a page of some client is allowed at %s', async (path) => {
    const answer = await preflight(path, SPA);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': SPA,
      'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type, Auth0-Client, DPoP',
      vary: 'Origin',
    });
  });

  test.each(['https://evil.example.com', 'null', `${SPA}.evil.com`, 'http://spa.example.com'])(
    'of %s is not',
    async (origin) => {
      const answer = await preflight('/oauth/token', origin);
      expect(answer.status).toBe(204);
      const names = Object.keys(answer.headers);
      expect(names.filter((it) => it.startsWith('access-control'))).toEqual([]);
      expect(answer.headers['vary']).toBe('Origin');
    },
  );
});

describe('an answer', () => {
  test('may be read by a page of the client that asked, and exposes the useful headers', async () => {
    const { app } = await testApp();
    const answer = await client(app).login().set('Origin', SPA);
    expect(answer.status).toBe(403);
    expect(allowed(answer)).toBe(SPA);
    expect(answer.headers['access-control-expose-headers']).toBe(EXPOSED);
    expect(answer.headers['vary']).toContain('Origin');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test('may not be read by a page of another client', async () => {
    const t = await testApp();
    const c = client(t.app);
    expect(allowed(await c.login().set('Origin', OTHER))).toBeUndefined();
    await enrollPhone(t);
    const token = await mfaToken(t);
    const bearer = (await passSms(t, { audience: 'https://auth.example.com/mfa/' })).body
      .access_token;
    const answers = [
      c.challenge({ mfa_token: token, challenge_type: 'oob' }),
      c.list(token),
      c.list(bearer),
      c.associate(bearer, OTP),
      c.remove(bearer, 'sms|dev_0000000000000000'),
      c.otp(token, '000000'),
    ];
    for (const answer of answers)
      expect(allowed(await answer.set('Origin', OTHER))).toBeUndefined();
  });

  test('of every endpoint may be read by the own page', async () => {
    const t = await testApp();
    const c = client(t.app);
    await enrollPhone(t);
    const token = await mfaToken(t);
    const bearer = (await passSms(t, { audience: 'https://auth.example.com/mfa/' })).body
      .access_token;
    const answers = [
      c.challenge({ mfa_token: token, challenge_type: 'oob' }),
      c.list(token),
      c.associate(bearer, OTP),
      c.remove(bearer, 'sms|dev_0000000000000000'),
      c.remove('nonsense', 'sms|dev_0000000000000000'),
      c.otp(token, '000000'),
      c.token({ grant_type: 'unknown' }),
    ];
    for (const answer of answers) expect(allowed(await answer.set('Origin', SPA))).toBe(SPA);
  });

  test('to a request without an origin says only that the origin matters', async () => {
    const { app } = await testApp();
    const answer = await client(app).login();
    const names = Object.keys(answer.headers);
    expect(names.filter((it) => it.startsWith('access-control'))).toEqual([]);
    expect(answer.headers['vary']).toContain('Origin');
  });

  test('with public documents may be read by every page', async () => {
    const { app } = await testApp();
    for (const path of ['jwks.json', 'openid-configuration']) {
      const answer = await client(app)
        .http.get(`/.well-known/${path}`)
        .set('Origin', 'https://x.y');
      expect(allowed(answer)).toBe('*');
    }
  });
});

test('without clients.allowsOrigin no preflight is allowed', async () => {
  const { app } = await testApp({ clients: { findById: () => undefined } });
  const answer = await client(app).http.options('/oauth/token').set('Origin', SPA);
  expect(allowed(answer)).toBeUndefined();
});
