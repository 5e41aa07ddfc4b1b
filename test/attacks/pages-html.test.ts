// What a browser makes of the pages: nothing from elsewhere, and nothing of what was sent.
import express from 'express';
import { type OAuthError, requireMfa, type User } from 'express-mfa';
import type { View } from 'express-mfa/pages';
import { describe, expect, test } from 'vitest';
import type { LoadedPage, TestBrowser } from '../pages/browser.js';
import { logIn, type PagesApp, pagesApp } from '../pages/pages-app.js';
import { attributesOf, structureOf } from '../pages/structure.js';
import { exampleHost, half, logInWhole } from './example-host.js';

const PASSWORD = 'correct horse';

/** Every view there is, each with the words of somebody in it where it takes any. */
async function everyView(words: string, { brand = words }: { readonly brand?: string } = {}) {
  const pages = new Map<string, LoadedPage>();
  const seen: string[] = [];
  let fails = false;
  const render = (view: View) => {
    seen.push(view.page);
    if (fails) throw new Error(words);
    return undefined;
  };
  const ann: User & { password: string } = {
    id: 'u1',
    email: 'ann@example.com',
    name: words,
    nickname: words,
    password: PASSWORD,
  };
  const t = await pagesApp({
    seedUsers: [ann],
    trustedDevices: {},
    pages: { brand: { name: brand, logo: { src: '/logo.svg', alt: brand } }, render },
  });
  const take = (name: string, page: LoadedPage) => {
    pages.set(name, page);
    return page;
  };
  await firstLogin(t, words, take);
  const person = await secondLogin(t, words, take);
  await settings(t, person, take);
  await confirming(t, person, { words, take });
  await refusals(t, person, { words, take });
  fails = true;
  take('broken', await person.get('/login'));
  return { pages, seen: new Set(seen) };
}

type Take = (name: string, page: LoadedPage) => LoadedPage;

async function firstLogin(t: PagesApp, words: string, take: Take) {
  const person = t.browser();
  const query = new URLSearchParams({ login_hint: words, returnTo: `/account/security?${words}` });
  const login = take('login', await person.get(`/login?${query}`));
  take('login wrong', await person.submit(login, { username: words, password: words }));
  const choose = take('enroll', await logIn(person));
  take('enroll wrong', await person.submit(choose, { method: 'email', email: `"${words}"@x` }));
  take('enroll number', await person.submit(choose, { method: 'sms', phone_number: words }));
  take('enroll way', await person.submit(choose, { method: words }));
  const app = take('app', await person.submit(choose, { method: 'otp' }));
  take('app wrong', await person.submit(app, { code: words }));
  const code = await person.submit(choose, { method: 'sms', phone_number: '+15555550123' });
  take('enroll code', code);
  const done = take('recovery-code', await person.submit(code, { code: t.code() }));
  await person.submit(done);
}

async function secondLogin(t: PagesApp, words: string, take: Take): Promise<TestBrowser> {
  t.clock.advance(120);
  const person = t.browser();
  const code = take('code', await logIn(person));
  take('code wrong', await person.submit(code, { code: words }));
  take('ways', await person.get('/login/mfa?way=other'));
  const recovery = take('recovery', await person.get('/login/mfa?way=recovery'));
  take('recovery wrong', await person.submit(recovery, { recovery_code: words }));
  take('send none', await person.submit(code, { authenticator: words }, 'Send a new code'));
  t.clock.advance(90);
  await person.submit(await person.submit(code, {}, 'Send a new code'), { code: t.code() });
  return person;
}

async function settings(t: PagesApp, person: TestBrowser, take: Take) {
  const security = take('security', await person.get('/account/security'));
  take('remove', await person.follow(security, 'Remove'));
  take('add', await person.get('/account/security/add'));
  t.clock.advance(400);
  take('step-up', await person.get('/account/security/add'));
}

async function confirming(
  t: PagesApp,
  person: TestBrowser,
  { words, take }: { readonly words: string; readonly take: Take },
) {
  const guard = requireMfa(t.mfa, { bind: ({ body }) => ({ payee: body.payee }) });
  t.app.post('/pay', express.urlencoded({ extended: false }), guard);
  const fields = { payee: words.slice(0, 60), note: words };
  const form = { action: '/pay', method: 'post', fields, button: '' };
  const code = take('action', await person.submit({ forms: [form] } as never));
  take('resubmit', await person.submit(code, { code: t.code() }));
}

async function refusals(
  t: PagesApp,
  person: TestBrowser,
  { words, take }: { readonly words: string; readonly take: Take },
) {
  const id = encodeURIComponent(words);
  const open = await person.get('/account/security');
  const { action = '', fields = {} } = open.forms[0] ?? {};
  const at = (path: string) => ({ forms: [{ action: path, method: 'post', fields, button: '' }] });
  take('forged', await person.submit(open, { csrf: words }));
  take('nothing', await person.get(`/account/security/remove?id=${id}`));
  take(
    'twice',
    await person.submit(at(`${action}?x=${id}`) as never, { device: 'x'.repeat(3000) }),
  );
  const stranger = t.browser();
  take('over', await stranger.submit(at('/login/mfa/verify') as never, { code: words }));
}

const VIEWS =
  'login enroll app code ways recovery recovery-code security remove step-up resubmit error';

/** The directives of a policy. */
const policyOf = ({ headers }: Pick<LoadedPage, 'headers'>) =>
  new Map(
    (headers['content-security-policy'] ?? '').split(/; */).map((it) => {
      const [name = '', ...values] = it.split(' ');
      return [name, values] as const;
    }),
  );

describe('R-114: the headers of every page', () => {
  test('R-114: let nothing in but what the page brings, and nobody keep it or frame it', async () => {
    const { pages, seen } = await everyView('Ann');
    expect([...seen].toSorted()).toEqual(VIEWS.split(' ').toSorted());
    expect(pages.size).toBeGreaterThan(20);
    const nonces = new Set<string>();
    for (const [name, page] of pages) {
      const policy = policyOf(page);
      const [nonce = ''] = policy.get('script-src') ?? [];
      expect(nonce, name).toMatch(/^'nonce-[\w-]{22}'$/);
      nonces.add(nonce);
      expect(Object.fromEntries(policy), name).toEqual({
        'default-src': ["'none'"],
        'script-src': [nonce],
        'style-src': [nonce],
        'img-src': ["'self'", 'data:'],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      });
      expect(page.headers, name).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    }
    expect(nonces.size).toBe(pages.size);
  });

  test('R-114: are kept by the pages: no handler, no style and no address of elsewhere in them', async () => {
    const { pages } = await everyView('Ann');
    for (const [name, { html, headers }] of pages) {
      const own = /'nonce-([\w-]+)'/.exec(headers['content-security-policy'] ?? '')?.[1];
      for (const tag of html.match(/<(script|style)\b[^>]*>/g) ?? []) {
        expect(tag, name).toContain(`nonce="${own}"`);
      }
      expect(html, name).not.toMatch(/\s(on\w+|style)=/i);
      for (const attribute of ['href', 'src', 'action', 'formaction']) {
        for (const to of attributesOf(html, attribute)) expect(to, name).toMatch(/^\/(?!\/)/);
      }
    }
  });

  test('R-114: redirects are kept by nobody, and tell nobody where one came from', async () => {
    const t = await pagesApp();
    const person = t.browser();
    const { forms } = await person.get('/login');
    const fields = { ...forms[0]?.fields, username: 'ann@example.com', password: PASSWORD };
    const redirects = [
      await person.send('GET', '/login/mfa'),
      await person.send('GET', '/account/security'),
      await person.send('GET', '/login/mfa/verify'),
      await person.send('POST', '/login', fields),
    ];
    for (const { status, headers } of redirects) {
      expect(status).toBe(303);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  test('R-114: of the pages of the example app, its refusals and its redirects', {
    timeout: 60_000,
  }, async () => {
    const host = await exampleHost();
    const person = host.browser();
    const out = [await person.get('/'), await person.get('/login'), await person.get('/nothing')];
    out.push(await person.submit(out[1] as LoadedPage, { username: 'x', password: 'x' }));
    out.push(await half(person));
    await logInWhole(host, person);
    for (const path of [
      '/account',
      '/account/statement',
      '/authorize',
      '/oidc/logout?client_id=x',
    ]) {
      out.push(await person.get(path));
    }
    const form = { action: '/account/transfer', method: 'post', fields: {}, button: '' };
    out.push(await person.submit({ forms: [form] } as never));
    for (const page of out) {
      const policy = policyOf(page);
      const where = `${page.status} ${page.path}`;
      expect(policy.get('default-src'), where).toEqual(["'none'"]);
      expect(policy.get('frame-ancestors'), where).toEqual(["'none'"]);
      expect(policy.get('base-uri'), where).toEqual(["'none'"]);
      expect(page.headers['x-content-type-options'], where).toBe('nosniff');
      expect(page.headers['referrer-policy'], where).toMatch(/^(no-referrer|same-origin)$/);
      expect(page.headers['cache-control'], where).toBe('no-store');
    }
    const refused = {
      '/account': 303,
      '/account/security': 303,
      '/login/mfa/verify': 303,
      '/api/whoami': 401,
    };
    for (const [path, expected] of Object.entries(refused)) {
      const { status, headers } = await host.browser().send('GET', path);
      expect([path, status]).toEqual([path, expected]);
      expect(headers['cache-control'], path).toBe('no-store');
    }
  });
});

describe('R-115: what somebody wrote', () => {
  const payloads = [
    '<script>alert(1)</script>',
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '</title><script>alert(1)</script>',
    '</style><svg onload=alert(1)>',
    '</script><script>alert(1)</script>',
    '--><img src=x>',
    '" onfocus="alert(1)" autofocus="',
    "' onmouseover='alert(1)",
    '` onclick=alert(1) `',
    'x" formaction="https://evil.example',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '&#60;img src=x onerror=alert(1)&#62;',
    '&quot; onload=&quot;alert(1)',
    '<base href=https://evil.example>',
    '<meta http-equiv=refresh content=0;url=//evil.example>',
    '<form action=https://evil.example><input name=code>',
    '<a href=javascript:alert(1)>x</a>',
    '{{constructor.constructor("alert(1)")()}}',
    '<%= 7*7 %>#{alert(1)}',
    '\u202e\u2066<b>\u2028</b>',
    '\ud83d\ude00<\u0338i>',
    '＜script＞alert(1)＜/script＞',
    'javascript:alert(1)',
  ];

  /** Ids and numbers aside. */
  const plain = ({ html }: LoadedPage) => structureOf(html);

  test('R-115: stays text on every page: names, e-mail, brand, hints, codes, ways back, actions', {
    timeout: 60_000,
  }, async () => {
    const benign = await everyView('Ann');
    const known = new Set([...benign.pages.values()].map((page) => plain(page).join('\n')));
    const all = new Set<string>();
    for (const words of payloads) {
      const { pages, seen } = await everyView(words);
      for (const it of seen) all.add(it);
      expect([...pages.keys()]).toEqual([...benign.pages.keys()]);
      // What is refused for its characters is another page than for Ann, but one of the same.
      const strange = [...pages].filter(([, page]) => !known.has(plain(page).join('\n')));
      expect(
        strange.map(([name]) => name),
        words,
      ).toEqual([]);
    }
    expect([...all].toSorted()).toEqual(VIEWS.split(' ').toSorted());
  });

  test('R-115: the measure measures: one that is not escaped changes the structure', () => {
    const page = (words: string) => `<title>${words}</title><p title="${words}">${words}</p>`;
    const benign = structureOf(page('Ann'));
    const harmless = ['javascript:', '{{', '<%', '＜', '&lt;', '&#60;', '&quot;', '` ', "' on"];
    for (const words of payloads.filter((it) => !harmless.some((start) => it.startsWith(start)))) {
      expect(structureOf(page(words)), words).not.toEqual(benign);
    }
  });

  test('R-115: of the example app: name, username, way back, payee', {
    timeout: 60_000,
  }, async () => {
    const pagesWith = async (words: string) => {
      const host = await exampleHost({ victim: words });
      const person = host.browser();
      const query = new URLSearchParams({ returnTo: words, login_hint: words });
      const login = await person.get(`/login?${query}`);
      const wrong = await person.submit(login, {
        username: words,
        password: words,
        returnTo: words,
      });
      const account = await logInWhole(host, person);
      const sent = await person.submit(account, { amount: words, payee: words });
      const none = await person.get(`/authorize?client_id=${encodeURIComponent(words)}`);
      return [
        login,
        wrong,
        account,
        sent,
        none,
        await person.get(`/nothing/${encodeURIComponent(words)}`),
      ];
    };
    const benign = (await pagesWith('?')).map(plain); // no payee, either
    for (const words of payloads.slice(0, 12)) {
      const pages = await pagesWith(words);
      for (const [i, page] of pages.entries()) {
        if (page.headers['content-type']?.startsWith('text/html') !== true) continue;
        expect(plain(page), `${page.path}: ${words}`).toEqual(benign[i]);
      }
    }
  });

  test('R-115: and the words of an error, whoever writes it', async () => {
    const { OAuthError: Refusal } = await import('express-mfa');
    const words = '<img src=x onerror=alert(1)>';
    const refusal: OAuthError = new Refusal(403, 'access_denied', words);
    const authenticate = () => {
      throw refusal;
    };
    const t = await pagesApp({ users: { findById: () => undefined, authenticate } });
    const page = await logIn(t.browser());
    expect(page.status).toBe(403);
    expect(page.html).not.toContain('<img');
  });
});
