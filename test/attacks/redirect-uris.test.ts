// redirect URIs that almost match, and requests that would send somebody to a foreign place.
import type { Client } from 'express-mfa';
import { beforeAll, describe, expect, test } from 'vitest';
import { enrollOtp } from '../support/attack.js';
import {
  answerOf,
  type BrowserApp,
  browserApp,
  CALLBACK,
  loggedIn,
  type Visitor,
} from '../support/browser.js';

const MANY: Client = {
  id: 'many',
  tokenEndpointAuthMethod: 'none',
  grantTypes: ['authorization_code'],
  redirectUris: [
    'https://app.example.com/callback',
    'https://app.example.com/cb?tenant=1',
    'https://app.example.com',
    'http://127.0.0.1:3000/callback',
    'com.example.app:/callback',
    'javascript:alert(1)',
    'data:text/html,hello',
    'https://app.example.com/fragment#here',
    'not a url',
  ],
  webOrigins: ['https://app.example.com'],
};
const NATIVE: Client = {
  ...MANY,
  id: 'native',
  applicationType: 'native',
  redirectUris: [
    'http://127.0.0.1/callback',
    'http://[::1]:8080/cb?x=1',
    'http://localhost:3000/callback',
    'https://app.example.com:8443/callback',
    'com.example.app:/callback',
  ],
};
const NONE: Client = { ...MANY, id: 'none', redirectUris: undefined };
const clients = [MANY, NATIVE, NONE];

let t: BrowserApp;
let v: Visitor;
beforeAll(async () => {
  const made = await browserApp();
  const { secret } = await enrollOtp(made);
  t = await browserApp({
    sharedStores: () => made.mfa.store,
    clients: { findById: (id) => clients.find((it) => it.id === id) },
    clock: made.clock,
  });
  v = await loggedIn(Object.assign(t, { clock: made.clock }), secret);
});

/** A page that says what is wrong, and sends nobody and nothing anywhere. */
async function expectPage(query: Record<string, string | undefined>, visitor = v) {
  for (const prompt of [undefined, 'none']) {
    const answer = await visitor.authorize({ ...query, prompt });
    expect({ status: answer.status, to: answer.headers['location'] }).toEqual({ status: 400 });
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['content-security-policy']).toBe(
      "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(answer.text).toContain('Go back to it and try again');
    expect(answer.text).not.toMatch(/<(script|a|form|meta http|img|iframe)\b/);
    expect(answer.text).not.toMatch(/ at .*\.(js|ts):\d/);
  }
}

describe('R-096: almost the redirect URI', () => {
  test.each([
    'https://app.example.com/callback/',
    'https://app.example.com/Callback',
    'https://APP.example.com/callback',
    'HTTPS://app.example.com/callback',
    'http://app.example.com/callback',
    'https://app.example.com:443/callback',
    'https://app.example.com:8443/callback',
    'https://app.example.com./callback',
    'https://app.example.com//callback',
    'https://app.example.com/./callback',
    'https://app.example.com/x/../callback',
    'https://app.example.com/%63allback',
    'https://app.example.com/callback%2F',
    'https://app.example.com/callback%00',
    'https://app.example.com/callback%20',
    'https://app.example.com/callback ',
    ' https://app.example.com/callback',
    'https://app.example.com/callback?',
    'https://app.example.com/callback?x=1',
    'https://app.example.com/callback#',
    'https://app.example.com/callback#x',
    'https://app.example.com/callback;x',
    'https://app.example.com/callback/../../evil',
    'https://app.example.com/callback\\',
    'https:\\\\app.example.com\\callback',
    'https:app.example.com/callback',
    '//app.example.com/callback',
    '/callback',
    'app.example.com/callback',
    'https://user@app.example.com/callback',
    'https://app.example.com@evil.example/callback',
    'https://evil.example/app.example.com/callback',
    'https://app.example.com.evil.example/callback',
    'https://evil-app.example.com/callback',
    'https://app.example.com%2eevil.example/callback',
    'https://app.example.com%40evil.example/callback',
    'https://app。example.com/callback',
    'https://аpp.example.com/callback', // a Cyrillic letter
    'https://xn--pp-7kc.example.com/callback',
    'https://app.example.com/cb',
    'https://app.example.com/cb?tenant=2',
    'https://app.example.com/cb?tenant=1&next=https://evil.example',
    'https://app.example.com/',
    'http://127.0.0.1:3001/callback',
    'http://127.0.0.1/callback',
    'http://localhost:3000/callback',
    'com.example.app:/callback2',
    'com.example.app://callback',
    'javascript:alert(1)',
    'data:text/html,hello',
    'https://app.example.com/fragment#here',
    'not a url',
    'https://app.example.com/callback,https://evil.example',
    'https://app.example.com/callback https://evil.example',
  ])('%s is none', async (redirect_uri) => {
    await expectPage({ client_id: 'many', redirect_uri });
  });

  test.each([
    'https://app.example.com',
    'com.example.app:/callback',
    'https://app.example.com/cb?tenant=1',
  ])('%s, as it is listed, is one', async (redirect_uri) => {
    const answer = await v.authorize({ client_id: 'many', redirect_uri });
    expect(answer.status).toBe(303);
    expect(answerOf(answer)['code']).toBeDefined();
  });
});

describe('R-096: of a native app, only the port of the own machine may differ', () => {
  test.each([
    'http://127.0.0.1/callback',
    'http://127.0.0.1:1/callback',
    'http://127.0.0.1:65535/callback',
    'http://[::1]/cb?x=1',
    'http://[::1]:50000/cb?x=1',
    'com.example.app:/callback',
  ])('%s is one', async (redirect_uri) => {
    const answer = await v.authorize({ client_id: 'native', redirect_uri });
    expect(answerOf(answer)['code']).toBeDefined();
  });

  test.each([
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:80:80/callback',
    'http://127.0.0.1:80@evil.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://127.0.0.1:8080evil.example/callback',
    'http://127.0.0.1:8080/callback/',
    'http://127.0.0.1:8080/callback?x=1',
    'http://127.0.0.1:8080',
    'https://127.0.0.1:8080/callback',
    'http://127.0.0.2:8080/callback',
    'http://127.1:8080/callback',
    'http://0x7f000001:8080/callback',
    'http://localhost:3001/callback',
    'http://[::1]:8080/cb',
    'http://[::ffff:127.0.0.1]:8080/callback',
    'https://app.example.com:8444/callback',
    'com.example.app:8080/callback',
  ])('%s is none', async (redirect_uri) => {
    await expectPage({ client_id: 'native', redirect_uri });
  });
});

describe('before the client is certain nothing is sent anywhere', () => {
  test.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: undefined }],
    ['the client of another case', { client_id: 'MANY' }],
    ['a client with no redirect URI', { client_id: 'none' }],
    ['no redirect URI', { client_id: 'many', redirect_uri: undefined }],
    ['a member of every object', { client_id: '__proto__' }],
    ['markup', { client_id: '<img src=x onerror=alert(1)>' }],
  ])('%s', async (_, query) => {
    await expectPage(query);
    await expectPage(query, t.visitor());
  });

  test.each(['client_id', 'redirect_uri', 'state', 'unknown'])('%s twice', async (name) => {
    const twice = `${name}=a&${name}=b`;
    const answer = await v.agent.get(`/authorize?client_id=many&redirect_uri=${CALLBACK}&${twice}`);
    expect(answer.status).toBe(400);
    expect(answer.headers).not.toHaveProperty('location');
  });

  test('R-115: what was sent is shown escaped', async () => {
    const { text } = await v.authorize({ client_id: '<img src=x onerror=alert(1)>' });
    expect(text).toContain('&#60;img src=x');
    expect(text).not.toContain('<img');
  });

  test('the host may show it in its own way', async () => {
    const own = await browserApp({
      authorize: {
        renderError: ({ status, error, description }, _request, response) =>
          response.status(status).send(`ours: ${error}, ${description}`),
      },
    });
    const answer = await own.visitor().authorize({ client_id: 'nobody' });
    expect([answer.status, answer.text]).toEqual([
      400,
      'ours: invalid_request, Unknown client: nobody',
    ]);
    const broken = await browserApp({
      authorize: {
        renderError: () => {
          throw new Error('a template is missing');
        },
      },
    });
    const plain = await broken.visitor().authorize({ client_id: 'nobody' });
    expect(plain.status).toBe(500);
    expect(plain.text).toMatch(/Error id: [\w-]+/);
    expect(plain.text).not.toContain('template');
  });
});

describe('nobody is sent away with what was asked for', () => {
  test.each([
    '//evil.example',
    'https://evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
  ])('R-113, B27: returnTo %s in the request changes nothing', async (returnTo) => {
    const answer = await t.visitor().authorize({ client_id: 'many', returnTo, login: returnTo });
    const to = new URL(answer.headers['location'] ?? '', 'https://auth.example.com');
    expect([to.origin, to.pathname]).toEqual(['https://auth.example.com', '/login']);
    expect(to.searchParams.get('returnTo')).toMatch(/^\/authorize\?/);
  });

  test.each(['//evil.example/authorize', '/%2f/evil.example/authorize', '/./authorize'])(
    'R-113: %s is no path of ours',
    async (path) => {
      const answer = await t.visitor().agent.get(path);
      expect([404, 303, 400]).toContain(answer.status);
      expect(answer.headers['location'] ?? '/').toMatch(/^\/(?!\/)/);
    },
  );

  test('a request that is too long for a header is refused', async () => {
    const answer = await v.authorize({
      client_id: 'many',
      one: 'x'.repeat(2500),
      two: 'y'.repeat(2500),
    });
    expect(answerOf(answer)['error']).toBe('invalid_request');
  });
});
