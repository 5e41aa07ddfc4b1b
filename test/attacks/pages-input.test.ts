// Bad input for the pages: whatever is sent, a page says what to do next, and the process stays up.
import type { AddressInfo } from 'node:net';
import type express from 'express';
import { requireMfa } from 'express-mfa';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LoadedPage, TestBrowser } from '../pages/browser.js';
import { enrollByPage, logIn, type PagesApp, pagesApp } from '../pages/pages-app.js';
import { raw, requestText } from '../pages/raw.js';
import { copies } from '../support/attack.js';
import { unhandledRejections } from './unhandled-rejections.js';

async function listening({ app }: PagesApp): Promise<number> {
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A page for a person: HTML, a title, a way on, nothing of what is inside. */
function saysWhatToDo({ status, html, text, forms, links }: LoadedPage) {
  expect(status).toBeLessThan(500);
  expect(html).toMatch(/^<!doctype html>/);
  expect(forms.length + Object.keys(links).length).toBeGreaterThan(0);
  expect(text).not.toMatch(/\bat .*:\d+:\d+|node_modules|TypeError|\/lib\/|ERR_/);
}

/** A person with a phone, whose login waits for the code. */
async function waiting() {
  const t = await pagesApp();
  await t.browser().submit(await enrollByPage(t, t.browser()));
  t.clock.advance(60);
  const person = t.browser();
  const code = await logIn(person);
  return { t, person, code };
}

const isIn = async (person: TestBrowser) =>
  'proof' in JSON.parse((await person.send('GET', '/home')).text);

describe('a request target', () => {
  const seen = unhandledRejections();
  const targets = [
    'http://x:99999/login',
    'http://evil.example/login',
    'http://x:99999/account/security',
    'http://[/login',
    '//login',
    '///evil.example/login',
    '/login?returnTo=/%00',
    '/login?%ff=%zz',
    '/login?returnTo=%C0%AF',
    '/login?login_hint[]=1&login_hint=2&login_hint=3',
    '/login#x',
    '/login;x',
    '/./login',
    '/login/../login',
    '/login/mfa/%2e%2e',
    '/login/mfa?way=%00',
    '/login/mfa?way=__proto__',
    '/account/security/remove?id=__proto__',
    '/account/security/remove?id[]=1',
    '/login?returnTo=/authorize%3Fclient_id=%2500%26redirect_uri=https://a',
    '/login?returnTo=/authorize%3Fclient_id=__proto__%26redirect_uri=https://a',
    `/login?login_hint=${'x'.repeat(8000)}`,
    `/login?${'a=1&'.repeat(2000)}`,
    '/login\xe9?returnTo=\xe9',
  ];

  test.each(targets)('%j breaks nothing', async (target) => {
    const port = await listening(await pagesApp());
    const headers = { Accept: 'text/html' };
    for (const method of ['GET', 'HEAD']) {
      const answer = await raw(port, requestText(method, target, { headers }));
      expect([200, 303, 400, 404]).toContain(answer.status);
      expect(answer.header('location') ?? '/').toMatch(/^\/(?![/\\])/);
    }
    expect(seen).toEqual([]);
  });

  test('a guard leads back to the path alone, whatever host the target names', async () => {
    const t = await pagesApp();
    t.app.get('/guarded', requireMfa(t.mfa), (_request, response) => void response.send(''));
    const port = await listening(t);
    for (const host of ['http://x:99999', 'http://evil.example', 'http://u:p@evil.example']) {
      const target = `${host}/guarded?a=1`;
      const answer = await raw(
        port,
        requestText('GET', target, { headers: { Accept: 'text/html' } }),
      );
      expect([answer.status, answer.header('location')]).toEqual([
        303,
        '/login?returnTo=%2Fguarded%3Fa%3D1',
      ]);
    }
  });
});

describe('a host that fails', () => {
  const seen = unhandledRejections();
  const target = `/login?returnTo=${encodeURIComponent('/authorize?client_id=x&redirect_uri=https://a')}`;

  test('where its clients cannot be asked for: an error page, not the end of the process', async () => {
    const findById = () => {
      throw new Error('a secret of the host');
    };
    const t = await pagesApp({ clients: { findById } });
    const page = await t.browser().get(target);
    expect(page.status).toBe(500);
    expect(page.text).toContain('give this number');
    expect(page.html).not.toContain('a secret of the host');
    expect(seen).toEqual([]);
  });

  test('where it cannot tell the language, or tells one that is none', async () => {
    const language = ({ url }: { url: string }) => {
      if (url === '/login?lang=none') throw new Error('a secret of the host');
      return 'constructor';
    };
    const { browser } = await pagesApp({ pages: { language } });
    expect((await browser().get('/login?lang=none')).status).toBe(500);
    const page = await browser().get('/login');
    expect([page.status, page.forms[0]?.button]).toEqual([200, 'Continue']);
    expect(seen).toEqual([]);
  });

  test('where its sessions cannot be stored', async () => {
    const sessions: express.RequestHandler = (request, _response, next) => {
      const save = (done: (error: Error) => void) => done(new Error('a secret of the host'));
      Object.assign(request, { session: Object.defineProperty({}, 'save', { value: save }) });
      next();
    };
    const t = await pagesApp({ sessions });
    const page = await t.browser().get('/login');
    expect(page.status).toBe(500);
    expect(page.html).not.toContain('a secret of the host');
    expect(seen).toEqual([]);
  });
});

describe('a body', () => {
  const form = 'application/x-www-form-urlencoded';
  const bodies: readonly (readonly [what: string, type: string, body: (csrf: string) => string])[] =
    [
      ['none', form, () => ''],
      ['plain text', 'text/plain', (csrf) => `csrf=${csrf}&code=000000`],
      ['multipart', 'multipart/form-data; boundary=x', () => '--x--'],
      ['no type', '', (csrf) => `csrf=${csrf}`],
      ['another charset', `${form}; charset=utf-16`, (csrf) => `csrf=${csrf}`],
      ['broken JSON', 'application/json', () => '{"csrf":'],
      ['a JSON text', 'application/json', () => '"csrf"'],
      ['JSON null', 'application/json', () => 'null'],
      [
        'JSON arrays',
        'application/json',
        (csrf) => JSON.stringify({ csrf, code: ['1'], username: [] }),
      ],
      [
        'JSON objects',
        'application/json',
        (csrf) => JSON.stringify({ csrf, code: { $gt: '' }, username: {} }),
      ],
      ['a prototype', 'application/json', (csrf) => `{"csrf":"${csrf}","__proto__":{"code":"1"}}`],
      ['duplicates', form, (csrf) => `csrf=${csrf}&code=000000&code=111111&username=a&username=b`],
      ['brackets', form, (csrf) => `csrf=${csrf}&code[]=1&username[a]=1&authenticator[]=1`],
      ['null bytes', form, (csrf) => `csrf=${csrf}&code=%00&username=%00&password=%00&method=%00`],
      ['no UTF-8', form, (csrf) => `csrf=${csrf}&code=%ff&username=\xff`],
      [
        'a long field',
        form,
        (csrf) => `csrf=${csrf}&code=${'1'.repeat(9000)}&username=${'a'.repeat(5000)}`,
      ],
      ['many fields', form, (csrf) => `csrf=${csrf}&${'a=1&'.repeat(200)}`],
      ['200 KB', form, (csrf) => `csrf=${csrf}&code=${'1'.repeat(200_000)}`],
      [
        'unknown words',
        form,
        (csrf) => `csrf=${csrf}&method=pigeon&authenticator=dev_none&code=abcdef`,
      ],
    ];
  const paths = [
    '/login',
    '/login/mfa/verify',
    '/login/mfa/send',
    '/login/mfa/enroll',
    '/login/mfa/enroll/resend',
    '/login/mfa/recovery',
    '/login/mfa/again',
    '/login/mfa/step-up',
    '/login/mfa/recovery-code',
    '/account/security/add/enroll',
    '/account/security/add/verify',
    '/account/security/forget',
    '/account/security/recovery-code',
    '/account/security/remove?id=x',
  ];

  test.each(bodies)(
    'with %s gets an answer of words, on every path',
    async (_what, type, bodyOf) => {
      const { t, person, code } = await waiting();
      const port = await listening(t);
      const csrf = code.forms[0]?.fields['csrf'] ?? '';
      const Cookie = [...person.cookies].map((it) => it.join('=')).join('; ');
      for (const path of paths) {
        const body = bodyOf(csrf);
        const headers = {
          Accept: 'text/html',
          Cookie,
          ...(type !== '' && { 'Content-Type': type }),
        };
        const answer = await raw(port, requestText('POST', path, { headers, body }));
        expect(answer.status, path).toBeGreaterThanOrEqual(200);
        expect(answer.status, path).toBeLessThan(500);
        expect(answer.header('location') ?? '/').toMatch(/^\/(?![/\\])/);
        if (answer.status !== 303) {
          expect(answer.body, path).toMatch(/<h1>[^<]+<\/h1>/);
          expect(answer.body).toMatch(/<a class="button" href="\/|<form method="post" action="\//);
        }
        expect(answer.body).not.toMatch(/node_modules|TypeError|ERR_| {4}at /);
      }
      expect(await isIn(person)).toBe(false);
    },
  );

  test('of 200 KB on a connection that stays: the rest is not read, the connection is closed', async () => {
    const port = await listening(await pagesApp());
    const headers = { Connection: 'keep-alive', 'Content-Type': form };
    const started = performance.now();
    const body = 'a'.repeat(200_000);
    for (const path of ['/login', '/login/mfa/verify']) {
      const answer = await raw(port, requestText('POST', path, { headers, body }));
      expect([answer.status, answer.header('connection')]).toEqual([413, 'close']);
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('a method', () => {
  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    '%s is none of the pages, which say what they take, and leaves no session behind',
    async (method) => {
      const port = await listening(await pagesApp());
      for (const [path, allow] of [
        ['/login', 'GET, HEAD, POST'],
        ['/login/mfa', 'GET, HEAD'],
        ['/login/mfa/verify', 'POST'],
      ] as const) {
        const answer = await raw(port, requestText(method, path));
        expect([answer.status, answer.header('allow')]).toEqual([405, allow]);
        expect(answer.header('set-cookie')).toBeUndefined();
      }
    },
  );

  test('GET of a page that shows no form leaves no session behind', async () => {
    const person = (await pagesApp()).browser();
    for (const path of [
      '/login/mfa',
      '/account/security',
      '/login/mfa/verify',
      '/account/security/add',
    ]) {
      expect((await person.send('GET', path)).status).toBe(303);
    }
    expect([...person.cookies]).toEqual([]);
  });
});

describe('a form', () => {
  test('R-006, B13: sent 50 times at once with the right code logs in once', async () => {
    const { t, person, code } = await waiting();
    const fields = { ...code.forms[0]?.fields, code: t.code() };
    const before = new Map(person.cookies);
    const answers = await copies(50, async () => {
      const copy = t.browser();
      for (const [name, value] of before) copy.cookies.set(name, value);
      const { status } = await copy.send('POST', '/login/mfa/verify', fields);
      return { status, isIn: await isIn(copy) };
    });
    expect(answers.filter((it) => it.isIn)).toHaveLength(1);
    expect(answers.filter((it) => it.status === 303).length).toBeGreaterThanOrEqual(1);
    expect(answers.filter((it) => it.status >= 500)).toEqual([]);
  });

  test('R-006: the recovery code, sent 50 times at once, logs in once', async () => {
    const t = await pagesApp();
    const first = await enrollByPage(t, t.browser());
    const recovery = /recovery code: ([A-Z0-9]{24})/.exec(first.text)?.[1] ?? '';
    t.clock.advance(60);
    const person = t.browser();
    const code = await logIn(person);
    const fields = { ...code.forms[0]?.fields, recovery_code: recovery };
    const answers = await copies(50, async () => {
      const copy = t.browser();
      for (const [name, value] of person.cookies) copy.cookies.set(name, value);
      const { status } = await copy.send('POST', '/login/mfa/recovery', fields);
      return { status, isIn: await isIn(copy) };
    });
    expect(answers.filter((it) => it.isIn)).toHaveLength(1);
    expect(answers.filter((it) => it.status >= 500)).toEqual([]);
  });

  test('R-006: the first code of an enrollment, sent 50 times at once, opens one session', async () => {
    const t = await pagesApp();
    const person = t.browser();
    const choose = await logIn(person);
    const code = await person.submit(choose, { method: 'sms', phone_number: '+15555550123' });
    const fields = { ...code.forms[0]?.fields, code: t.code() };
    const answers = await copies(50, async () => {
      const copy = t.browser();
      for (const [name, value] of person.cookies) copy.cookies.set(name, value);
      const { status } = await copy.send('POST', '/login/mfa/verify', fields);
      return { status, isIn: await isIn(copy) };
    });
    expect(answers.filter((it) => it.isIn)).toHaveLength(1);
    expect(answers.filter((it) => it.status >= 500)).toEqual([]);
    const { authenticators } = await t.mfa.store.load({ userId: 'u1' });
    expect(authenticators.filter(({ kind }) => kind === 'phone')).toHaveLength(1);
  });

  test('R-007, B7: sent once more after the login, or in the browser of before, opens nothing', async () => {
    const { t, person, code } = await waiting();
    const before = new Map(person.cookies);
    const right = { ...code.forms[0]?.fields, code: t.code() };
    await person.submit(code, { code: t.code() });
    expect(await isIn(person)).toBe(true);
    const old = t.browser();
    for (const [name, value] of before) old.cookies.set(name, value);
    saysWhatToDo(await old.submit(code, right));
    expect(await isIn(old)).toBe(false);
    saysWhatToDo(await person.submit(code, right));
  });

  test('R-007: of a login that expired says so, and the right code is refused', async () => {
    const { t, person, code } = await waiting();
    t.clock.advance(601);
    const late = await person.submit(code, { code: t.code() });
    saysWhatToDo(late);
    expect([late.status, late.links['Log in again']]).toEqual([401, '/login']);
    expect(await isIn(person)).toBe(false);
  });

  test('R-004: of another browser is worth nothing in this one', async () => {
    const { t, code } = await waiting();
    const stranger = t.browser();
    await logIn(stranger, { username: 'bob@example.com', password: 'battery staple' });
    const answer = await stranger.submit(code, { code: t.code() });
    saysWhatToDo(answer);
    expect(answer.status).toBe(403);
    const without = t.browser();
    saysWhatToDo(await without.submit(code, { code: t.code() }));
    expect([await isIn(stranger), await isIn(without)]).toEqual([false, false]);
  });

  test('of a stale tab, whose login was displaced, says what to do', async () => {
    const { t, person, code: old } = await waiting();
    t.clock.advance(60);
    const code = await logIn(person);
    const answer = await person.submit(old, { code: t.code() });
    saysWhatToDo(answer);
    expect(answer.status).toBe(403);
    expect((await person.submit(code, { code: t.code() })).path).toBe('/home');
  });
});

describe('R-013: a change of the password', () => {
  test('R-013, R-007: ends the login that waits; the right code is refused, the factors stay', async () => {
    const { t, person, code } = await waiting();
    await t.mfa.onPasswordChanged('u1');
    const late = await person.submit(code, { code: t.code() });
    saysWhatToDo(late);
    expect([late.status, await isIn(person)]).toEqual([403, false]);
    const again = await logIn(t.browser());
    expect(again.title).toMatch(/^Enter the code|^Confirm that it is you/);
  });

  test('R-013, R-058: ends the session on every page, that with the recovery code, too', async () => {
    const t = await pagesApp();
    const person = t.browser();
    const page = await enrollByPage(t, person);
    expect(page.text).toMatch(/[A-Z0-9]{24}/);
    const settings = await person.get('/account/security');
    await t.mfa.onPasswordChanged('u1');
    expect((await person.get('/login/mfa/recovery-code')).text).not.toMatch(/[A-Z0-9]{24}/);
    for (const path of [
      '/account/security',
      '/account/security/add',
      '/account/security/remove?id=x',
    ]) {
      expect((await person.get(path)).path).toMatch(/^\/login\?/);
    }
    expect((await person.submit(settings)).path).toMatch(/^\/login\?/);
  });
});
