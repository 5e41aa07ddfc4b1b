// Where people come back to after they proved who they are.
import express from 'express';
import { authorizeRouter, requireMfa } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { enrollByPage, logIn, pagesApp } from './pages-app.js';

async function loggedIn() {
  const t = await pagesApp();
  const person = t.browser();
  await person.submit(await enrollByPage(t, person));
  t.clock.advance(600);
  return { t, person };
}

describe('a fresh code that is asked for on the way', () => {
  test('leads back to the authenticator that was to be removed', async () => {
    const { t, person } = await loggedIn();
    const settings = await person.get('/account/security');
    const ask = await person.follow(settings, 'Remove');
    expect(ask.path).toMatch(/^\/login\/mfa\/step-up/);
    const code = await person.submit(ask);
    const remove = await person.submit(code, { code: t.code() });
    expect(remove.path).toBe(settings.links['Remove']);
    expect(remove.title).toContain('Remove');
  });

  test('R-012, B5: confirms nothing that was given up before', async () => {
    const { t, person } = await loggedIn();
    const guard = requireMfa(t.mfa, { bind: ({ body }) => ({ payee: body.payee }) });
    t.app.post('/pay', express.urlencoded({ extended: false }), guard, (_request, response) => {
      response.send('paid');
    });
    const form = { action: '/pay', method: 'post', fields: { payee: 'Eve' }, button: '' };
    expect((await person.submit({ forms: [form] } as never)).text).toContain('payee Eve');
    t.clock.advance(60);
    const ask = await person.get('/account/security/add');
    expect(ask.text).not.toContain('Eve');
    const code = await person.submit(ask);
    expect(code.text).not.toContain('Eve');
    expect(t.messages.at(-1)?.text).not.toContain('Eve');
    const add = await person.submit(code, { code: t.code() });
    expect(add.path).toBe('/account/security/add');
    expect((await person.get('/login/mfa/confirmed')).path).toBe('/home');
    expect((await person.submit({ forms: [form] } as never)).text).toContain('Enter the code');
  });
});

describe('a login', () => {
  test('returns to a long request of /authorize, too', async () => {
    const { t, person } = await loggedIn();
    t.app.get('/authorize', (request, response) => void response.send(request.url));
    const returnTo = `/authorize?state=${'s'.repeat(3500)}`;
    const code = await logIn(person, undefined, `/login?returnTo=${encodeURIComponent(returnTo)}`);
    expect((await person.submit(code, { code: t.code() })).path).toBe(returnTo);
  });

  test('goes home when the place to return to is none of ours, and does not carry it along', async () => {
    const { t, person } = await loggedIn();
    const login = await person.get('/login?returnTo=//evil.example/%00');
    expect([login.status, login.forms[0]?.action]).toEqual([200, '/login']);
    const code = await logIn(person, undefined, '/login?returnTo=//evil.example');
    expect((await person.submit(code, { code: t.code() })).path).toBe('/home');
  });
});

describe('a step-up that an app asks for', () => {
  test('R-012: knows nothing of what was asked, or about to be confirmed, before it', async () => {
    const client = {
      id: 'spa',
      tokenEndpointAuthMethod: 'none',
      grantTypes: ['authorization_code'],
      redirectUris: ['https://spa.example.com/callback'],
    } as const;
    const t = await pagesApp({
      clients: { findById: (id) => (id === 'spa' ? client : undefined) },
    });
    t.app.use(authorizeRouter(t.mfa));
    const guard = requireMfa(t.mfa, { bind: ({ body }) => ({ payee: body.payee }) });
    t.app.post('/pay', express.urlencoded({ extended: false }), guard);
    const person = t.browser();
    await person.submit(await enrollByPage(t, person));
    t.clock.advance(600);
    const form = { action: '/pay', method: 'post', fields: { payee: 'Eve' }, button: '' };
    expect((await person.submit({ forms: [form] } as never)).text).toContain('Enter the code');
    t.clock.advance(60);
    const query = new URLSearchParams({
      client_id: 'spa',
      redirect_uri: 'https://spa.example.com/callback',
      response_type: 'code',
      scope: 'openid',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      audience: 'https://auth.example.com/mfa/',
    });
    const page = await person.get(`/authorize?${query}`);
    expect(page.path).toMatch(/^\/login\/mfa/);
    expect(page.title).toContain('Confirm that it is you'); // no code was sent for this login
    expect(page.text).not.toContain('Eve');
    const code = await person.submit(page);
    const { status, headers } = await person.send('POST', '/login/mfa/verify', {
      ...code.forms[0]?.fields,
      code: t.code(),
    });
    expect([status, headers['location']]).toEqual([303, expect.stringMatching(/^\/authorize\?/)]);
  });
});
