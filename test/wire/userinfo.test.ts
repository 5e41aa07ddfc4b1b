// GET and POST /userinfo (OpenID Connect Core section 5.3).
import { describe, expect, test } from 'vitest';
import { API, MFA_AUDIENCE, type Query } from '../support/browser.js';
import { offline } from '../support/offline.js';
import { expectAnswer } from './answers.js';

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

async function accessToken(query: Query) {
  const o = await offline();
  const { body } = await o.v.exchange(await o.v.code(query)).expect(200);
  return { ...o, body, token: body.access_token as string };
}

const ann = { name: 'Ann', email: 'ann@example.com', email_verified: true };

describe('claims by scope', () => {
  test.each([
    ['openid', { sub: 'u1' }],
    ['openid profile', { sub: 'u1', name: 'Ann' }],
    ['openid email', { sub: 'u1', email: ann.email, email_verified: true }],
    ['openid profile email', { sub: 'u1', ...ann }],
  ])('%s', async (scope, claims) => {
    const { v, token } = await accessToken({ scope });
    expectAnswer(await v.agent.get('/userinfo').set(bearer(token)), 200, claims);
    expectAnswer(await v.agent.post('/userinfo').set(bearer(token)), 200, claims);
  });

  test('with the token of another audience that openid goes with', async () => {
    const { v, token } = await accessToken({ scope: 'openid read:notes', audience: API });
    expectAnswer(await v.agent.get('/userinfo').set(bearer(token)), 200, { sub: 'u1' });
  });
});

describe('refused', () => {
  const INVALID = {
    error: 'invalid_token',
    error_description: 'The access token is invalid, expired or revoked',
  };

  const refusedWith = async (
    get: () => PromiseLike<{ status: number; body: unknown; headers: Record<string, string> }>,
  ) => {
    const { status, body, headers } = await get();
    expect([status, body]).toEqual([401, INVALID]);
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(headers['cache-control']).toBe('no-store');
  };

  test('R-091: tokens of another kind, or none', async () => {
    const { v, body } = await accessToken({ scope: 'openid' });
    await refusedWith(() => v.agent.get('/userinfo'));
    await refusedWith(() => v.agent.get('/userinfo').set(bearer(body.id_token)));
    await refusedWith(() => v.agent.get('/userinfo').set(bearer('x.y.z')));
    await refusedWith(() =>
      v.agent.get('/userinfo').set({ Authorization: `Basic ${body.access_token}` }),
    );
  });

  test('R-091: a token without openid', async () => {
    const api = await accessToken({ scope: 'read:notes', audience: API });
    await refusedWith(() => api.v.agent.get('/userinfo').set(bearer(api.token)));
    const mfa = await accessToken({ scope: 'enroll', audience: MFA_AUDIENCE });
    await refusedWith(() => mfa.v.agent.get('/userinfo').set(bearer(mfa.token)));
    const own = await accessToken({ scope: 'profile' });
    expectAnswer(await own.v.agent.get('/userinfo').set(bearer(own.token)), 403, {
      error: 'insufficient_scope',
      error_description: 'Insufficient scope, expected: openid',
    });
  });

  test('R-007, R-062: a token from before a change of the password', async () => {
    const { t, v, token } = await accessToken({ scope: 'openid' });
    await t.mfa.onPasswordChanged('u1');
    await refusedWith(() => v.agent.get('/userinfo').set(bearer(token)));
  });

  test('one that has expired', async () => {
    const { t, v, token } = await accessToken({ scope: 'openid' });
    t.clock.advance(86_400 + 31);
    await refusedWith(() => v.agent.get('/userinfo').set(bearer(token)));
  });

  test('R-100: a token anywhere but in the header', async () => {
    const { v, token } = await accessToken({ scope: 'openid' });
    await refusedWith(() => v.agent.get('/userinfo').query({ access_token: token }));
    const answer = await v.agent.post('/userinfo').type('form').send({ access_token: token });
    expectAnswer(answer, 400, {
      error: 'invalid_request',
      error_description: 'Send the access token in the Authorization header',
    });
  });
});

test('a page of the client may read it, and no other', async () => {
  const { v, token } = await accessToken({ scope: 'openid' });
  const from = (origin: string) =>
    v.agent.get('/userinfo').set({ ...bearer(token), Origin: origin });
  const own = await from('https://app.example.com');
  expect(own.headers['access-control-allow-origin']).toBe('https://app.example.com');
  const other = await from('https://spa.example.com');
  expect(other.headers).not.toHaveProperty('access-control-allow-origin');
  for (const path of ['/userinfo', '/oauth/revoke']) {
    const preflight = await v.agent.options(path).set({ Origin: 'https://app.example.com' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-headers']).toContain('Authorization');
  }
});
