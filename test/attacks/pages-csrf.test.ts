// R-112: what another site can make a browser send changes nothing.
import { describe, expect, test } from 'vitest';
import type { LoadedPage, TestBrowser } from '../pages/browser.js';
import { type ExampleHost, exampleHost, half, logInWhole, NEW } from './example-host.js';
import { waysIn } from './ways-in/table.js';

/** Somebody who is logged in, with a fresh code. */
async function victimIn(options = {}) {
  const host = await exampleHost(options);
  const person = host.browser();
  const waiting = await half(person);
  const stale = waiting.forms[0]?.fields['csrf'] ?? '';
  const account = await person.submit(waiting, { code: host.otp() });
  expect(account.path).toBe('/account');
  const token = account.forms[0]?.fields['csrf'] ?? '';
  return { host, person, account, token, stale };
}

/** All that a request could change: factors, counters, what is waited for, who is logged in, what was sent. */
async function stateOf(host: ExampleHost): Promise<string> {
  const { account, factors } = await host.victim();
  const sessions = Object.entries(host.sessions.sessions).map(([id, text]) => {
    const { mfa: { proof, ...mfa } = {}, passport } = JSON.parse(text);
    return [id, mfa, passport, { ...proof, seen: 0 }];
  });
  const version = { ...account, version: 0 };
  return JSON.stringify([version, factors, sessions, await host.messages()]);
}

/** Fields that make each form do something. */
const FORMS: Readonly<Record<string, Record<string, string>>> = {
  '/account/security/add/enroll': { method: 'sms', phone_number: '+15555550188' },
  '/account/security/add/enroll/resend': {},
  '/account/security/add/again': {},
  '/account/security/add/verify': { code: '000000' },
  '/account/security/forget': {},
  '/account/security/recovery-code': {},
  '/account/security/remove': {},
  '/account/transfer': { amount: '1 EUR', payee: 'Eve' },
  '/login/mfa/again': {},
  '/login/mfa/enroll': { method: 'sms', phone_number: '+15555550188' },
  '/login/mfa/enroll/resend': {},
  '/login/mfa/recovery': { recovery_code: 'A'.repeat(24) },
  '/login/mfa/recovery-code': {},
  '/login/mfa/send': {},
  '/login/mfa/step-up': {},
  '/login/mfa/verify': { code: '000000' },
  '/logout': {},
};

/** They have no session yet, or its login waits for a code that nobody else knows: their origin has to be ours. */
const BY_ORIGIN: Readonly<Record<string, Record<string, string>>> = {
  '/login': NEW,
  '/login/code': { otp: '000000' },
};

/** They take a token of their own, or change nothing of the user, or may be links by their standards. */
const OTHERS = ['/authorize', '/oidc/logout', '/userinfo', '/v2/logout'];

type Headers = Record<string, string>;

/** What a browser says about a form of another site; `undefined` takes a header away. */
const foreignHeaders = (port: number): readonly Headers[] => [
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: '' },
  { Origin: `http://127.0.0.1:${port}.evil.example` },
  { Origin: `http://evil.example/127.0.0.1:${port}` },
  { Origin: `http://127.0.0.1:${port}@evil.example` },
  { Origin: `http://127.0.0.1:${port + 1}` },
  { Origin: 'http://127.0.0.1' },
  { Origin: 'file://' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'none' },
  { 'Sec-Fetch-Site': '' },
  { 'Sec-Fetch-Site': 'same-origin, cross-site' },
  { 'Sec-Fetch-Site': 'Same-Origin' },
  { 'Sec-Fetch-Site': 'cross-site', Origin: `http://127.0.0.1:${port}` },
  { 'Sec-Fetch-Site': 'same-site', Origin: 'http://app.127.0.0.1' },
];

function post(
  { url }: ExampleHost,
  person: TestBrowser,
  path: string,
  { fields, headers }: { readonly fields: Record<string, string>; readonly headers: Headers },
) {
  const Cookie = [...person.cookies].map((it) => it.join('=')).join('; ');
  const Accept = 'text/html,*/*';
  return fetch(`${url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie, Accept, 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

/** fetch writes no `Sec-Fetch-Site` and no `Origin` of its own here, so they are as the test says. */
const OURS = { 'Sec-Fetch-Site': 'same-origin' };

/** Says that the form is not ours, and what to do. */
async function isForged(answer: Response, where: string) {
  expect(answer.status, where).toBe(403);
  expect(await answer.text(), where).toContain('This form did not come from this site');
}

test('R-112: every form of the app is in this matrix', () => {
  const posts = Object.keys(waysIn)
    .filter((way) => /^POST \/(?!mfa|oauth)/.test(way))
    .map((way) => way.split(' ')[1] ?? '');
  const known = [...Object.keys(FORMS), ...Object.keys(BY_ORIGIN), ...OTHERS];
  expect(posts.toSorted()).toEqual(known.toSorted());
});

describe('a form from elsewhere', () => {
  test.each(Object.entries(FORMS))('R-112: POST %s with the right token', async (path, own) => {
    const { host, person, token } = await victimIn();
    const fields = { ...own, csrf: token };
    const before = await stateOf(host);
    for (const headers of foreignHeaders(host.port)) {
      const where = JSON.stringify(headers);
      await isForged(await post(host, person, path, { fields, headers }), where);
    }
    expect(await stateOf(host)).toBe(before);
    // The measure measures: the same form of our own page is no forged one.
    const answer = await post(host, person, path, { fields, headers: OURS });
    expect(await answer.text()).not.toContain('did not come from this site');
  });

  test.each(Object.entries(FORMS))('R-112: POST %s without the right token', async (path, own) => {
    const { host, person, token, stale } = await victimIn();
    const other = host.browser();
    const foreign = (await half(other, NEW)).forms[0]?.fields['csrf'] ?? '';
    const before = await stateOf(host);
    const tokens: readonly (string | undefined)[] = [
      undefined,
      '',
      foreign,
      stale,
      token.slice(0, -1),
      `${token}A`,
      token.toUpperCase(),
      `${token}\u0000`,
      'undefined',
      'x'.repeat(3000),
    ];
    expect(new Set([token, stale, foreign]).size).toBe(3);
    for (const csrf of tokens) {
      const fields = { ...own, ...(csrf !== undefined && { csrf }) };
      const where = String(csrf).slice(0, 40);
      const answer = await post(host, person, path, { fields, headers: OURS });
      expect([400, 403], where).toContain(answer.status);
      expect(await answer.text(), where).not.toMatch(/TypeError|node_modules/);
    }
    // In another place than the form it is none, either.
    const elsewhere = { fields: own, headers: { ...OURS, 'X-CSRF-Token': token, Csrf: token } };
    await isForged(await post(host, person, `${path}?csrf=${token}`, elsewhere), 'elsewhere');
    const twice = { fields: { ...own, 'csrf[]': token }, headers: OURS };
    await isForged(await post(host, person, path, twice), 'in brackets');
    expect(await stateOf(host)).toBe(before);
  });

  test.each(Object.entries(BY_ORIGIN))(
    'R-112: POST %s logs nobody in or out',
    async (path, fields) => {
      const { host, person } = await victimIn();
      const before = await stateOf(host);
      for (const headers of foreignHeaders(host.port)) {
        const where = JSON.stringify(headers);
        await isForged(await post(host, person, path, { fields, headers }), where);
        expect(await stateOf(host), where).toBe(before);
      }
      const answer = await post(host, person, path, { fields, headers: OURS });
      expect(await answer.text()).not.toContain('did not come from this site');
    },
  );

  test('R-112: of the same host over http, where the site is at https', async () => {
    const https = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'app.example.com' };
    const env = { TRUST_PROXY: '1' };
    const host = await exampleHost({ issuer: 'https://app.example.com/', env });
    const person = host.browser(https);
    const account = await logInWhole(host, person);
    const fields = { csrf: account.forms[0]?.fields['csrf'] ?? '' };
    const forged = { fields, headers: { ...https, Origin: 'http://app.example.com' } };
    await isForged(await post(host, person, '/logout', forged), 'http');
    const own = { fields, headers: { ...https, Origin: 'https://app.example.com' } };
    expect((await post(host, person, '/logout', own)).status).toBe(303);
  });
});

describe('a request that is no POST', () => {
  const PATHS = [
    ...new Set(
      Object.keys(waysIn).map((way) => (way.split(' ')[1] ?? '/').replace(':id', 'dev_1')),
    ),
  ].filter((path) => !path.endsWith('/logout') || path === '/logout');

  const OVERRIDES: readonly { readonly query: string; readonly headers: Headers }[] = [
    { query: '', headers: {} },
    { query: '?_method=POST&method=POST', headers: {} },
    { query: '?_method=DELETE', headers: { 'X-HTTP-Method-Override': 'DELETE' } },
    { query: '', headers: { 'X-HTTP-Method-Override': 'POST', 'X-Method-Override': 'POST' } },
    { query: '', headers: { 'X-HTTP-Method': 'POST' } },
  ];

  test('R-112: changes nothing, whatever method it says it is', { timeout: 60_000 }, async () => {
    const { host, person, token } = await victimIn();
    const [id = ''] = (await host.victim()).factors.map((it) => (it as { id: string }).id);
    for (const path of ['/account/security', '/account/security/add']) await person.get(path);
    const before = await stateOf(host);
    const Cookie = [...person.cookies].map((it) => it.join('=')).join('; ');
    for (const path of PATHS) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
        for (const { query, headers } of OVERRIDES) {
          const more = `csrf=${token}&id=${id}&code=000000&method=sms&phone_number=%2B15555550188`;
          const target = `${host.url}${path}${query === '' ? '?' : `${query}&`}${more}`;
          const answer = await fetch(target, {
            method,
            redirect: 'manual',
            headers: { Cookie, Accept: 'text/html', ...OURS, ...headers },
          });
          expect(answer.status, `${method} ${target}`).toBeLessThan(500);
          await answer.arrayBuffer();
        }
      }
      expect(await stateOf(host), path).toBe(before);
    }
    expect((await person.get('/account')).path).toBe('/account');
  });

  test('R-112: a POST that says it is another method is a POST', async () => {
    const { host, person, token } = await victimIn();
    const [id = ''] = (await host.victim()).factors.map((it) => (it as { id: string }).id);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const headers = { ...OURS, 'X-HTTP-Method-Override': method };
      const fields = { csrf: token, _method: method };
      const answer = await post(host, person, `/login/mfa/verify?_method=${method}`, {
        fields,
        headers,
      });
      expect(answer.status).not.toBe(200);
      const api = await post(host, person, `/mfa/authenticators/${id}`, { fields, headers });
      expect(api.status).toBe(405);
    }
    expect((await host.victim()).factors).toHaveLength(2);
  });

  test('R-112: a link to a page that sends messages asks first', async () => {
    const { host, person } = await victimIn();
    host.skip(400);
    const links = [
      '/account/statement',
      '/account/security/add',
      '/login/mfa/step-up',
      '/login/mfa',
    ];
    const sent = (await host.messages()).length;
    const pages: LoadedPage[] = [];
    for (const path of links) pages.push(await person.get(path));
    expect((await host.messages()).length).toBe(sent);
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});
