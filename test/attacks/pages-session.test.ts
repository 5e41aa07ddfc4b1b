// The session of the pages: its ids, its cookies, and how long it lives.
import { requireMfa } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import type { TestBrowser } from '../pages/browser.js';
import { enrollByPage, logIn, pagesApp } from '../pages/pages-app.js';
import { challenged, HTML, loggedIn } from '../passport/passport-app.js';
import { type ExampleHost, exampleHost, half, logInWhole, NEW, VICTIM } from './example-host.js';

const sid = (person: TestBrowser) =>
  person.cookies.get('session') ?? person.cookies.get('connect.sid');

/** A browser with these cookies. */
function carrying(person: TestBrowser, cookies: ReadonlyMap<string, string>): TestBrowser {
  for (const [name, value] of cookies) person.cookies.set(name, value);
  return person;
}

/** Sessions that have not ended; of those that have, a note is kept. */
const live = (host: ExampleHost) =>
  Object.keys(host.sessions.sessions).filter((id) => !id.startsWith('ended '));

describe('R-110, B28: the session id', () => {
  test('R-110: that somebody planted is another one after the password and after the second factor, and the old ones are dead', async () => {
    const host = await exampleHost();
    const planter = host.browser();
    await half(planter, NEW); // a session that there is, of somebody else
    const planted = new Map(planter.cookies);

    const person = carrying(host.browser(), planted);
    await half(person);
    const pending = new Map(person.cookies);
    const code = await person.get('/login/mfa');
    expect((await person.submit(code, { code: host.otp() })).path).toBe('/account');
    const open = new Map(person.cookies);
    expect(new Set([planted, pending, open].map((it) => it.get('session'))).size).toBe(3);

    for (const old of [planted, pending]) {
      const thief = carrying(host.browser(), old);
      expect((await thief.get('/account')).path).toMatch(/^\/login\?/);
      expect((await thief.get('/login/mfa')).path).toBe('/login');
      expect((await thief.send('GET', '/api/whoami')).status).toBe(401);
    }
    expect(live(host)).toHaveLength(1);
  });

  test('R-110: is another one after a step-up and after a code that confirms an action, with what the session held', async () => {
    const host = await exampleHost();
    const person = host.browser();
    await logInWhole(host, person);
    const first = new Map(person.cookies);
    host.skip(400);
    const ask = await person.get('/account/statement');
    const chosen = await person.submit(ask); // by the app, the first way
    const statement = await person.submit(chosen, { code: host.otp() });
    expect(statement.path).toBe('/account/statement');
    expect(sid(person)).not.toBe(first.get('session'));
    expect((await carrying(host.browser(), first).get('/account')).path).toMatch(/^\/login\?/);
  });

  test('R-110: is a new one after the enrollment at the first login, too', async () => {
    const t = await pagesApp();
    const person = t.browser();
    const choose = await logIn(person);
    const pending = new Map(person.cookies);
    const code = await person.submit(choose, { method: 'sms', phone_number: '+15555550123' });
    await person.submit(code, { code: t.code() });
    expect(sid(person)).not.toBe(pending.get('connect.sid'));
    const thief = carrying(t.browser(), pending);
    expect((await thief.get('/login/mfa/recovery-code')).path).toBe('/home');
    expect((await thief.get('/login/mfa')).path).toBe('/login');
    expect((await thief.get('/home')).html).not.toContain('proof');
  });

  test('R-110: is dead after the logout', async () => {
    const host = await exampleHost();
    const person = host.browser();
    const account = await logInWhole(host, person);
    const open = new Map(person.cookies);
    expect((await person.submit(account, {}, 'Log out')).path).toBe('/');
    expect((await carrying(host.browser(), open).get('/account')).path).toMatch(/^\/login\?/);
    expect(live(host)).toEqual([]);
  });
});

describe('R-111: every cookie of the example app', () => {
  const attributes = (line: string) =>
    line
      .split(/; */)
      .slice(1)
      .filter((it) => !/^(expires|max-age)=/i.test(it))
      .map((it) => it.toLowerCase())
      .toSorted();

  async function everyPage(person: TestBrowser, host: Awaited<ReturnType<typeof exampleHost>>) {
    await logInWhole(host, person);
    await person.get('/account/security');
    host.skip(400);
    await person.submit(await person.get('/account/statement'));
    await person.submit(await person.get('/login/mfa'), { code: host.otp() });
    expect(person.setCookies.length).toBeGreaterThan(3);
  }

  test('R-111: is __Host-, Secure, HttpOnly, SameSite=Lax and of the whole host over https', async () => {
    const host = await exampleHost({
      issuer: 'https://app.example.com/',
      env: { TRUST_PROXY: '1' },
    });
    const person = host.browser({ 'X-Forwarded-Proto': 'https' });
    await everyPage(person, host);
    for (const line of person.setCookies) {
      expect(line).toMatch(/^__Host-/);
      expect(attributes(line)).toEqual(['httponly', 'path=/', 'samesite=lax', 'secure']);
    }
    expect([...person.cookies.keys()].toSorted()).toEqual(['__Host-mfa_device', '__Host-session']);
  });

  test('R-111: over http on a laptop has the plain name, since no browser takes the other one', async () => {
    const host = await exampleHost();
    const person = host.browser();
    await everyPage(person, host);
    for (const line of person.setCookies) {
      const secure = line.startsWith('__Host-mfa_device') ? ['secure'] : [];
      expect(attributes(line)).toEqual(['httponly', 'path=/', 'samesite=lax', ...secure]);
    }
    expect([...person.cookies.keys()].toSorted()).toEqual(['__Host-mfa_device', 'session']);
  });

  test('R-111: names its session by 128 bits and more, never twice', async () => {
    const host = await exampleHost();
    const ids = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const person = host.browser();
      await person.get('/login/mfa/none');
      await person.submit(await person.get('/login'), { ...VICTIM, password: 'wrong' });
      await half(person, NEW);
      ids.add(decodeURIComponent(sid(person) ?? '').split('.')[0] ?? '');
    }
    expect(ids.size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^s:[\w-]{22,}$/);
  });
});

describe('R-116: how long a session lives', () => {
  /** What takes a session, by the pages and by the site. */
  const TAKES_ONE = [
    '/account',
    '/account/statement',
    '/account/security',
    '/account/security/add',
    '/account/security/remove?id=x',
    '/login/mfa/step-up?returnTo=/account',
  ];

  async function isOut(person: TestBrowser) {
    for (const path of TAKES_ONE) expect((await person.get(path)).path, path).toMatch(/^\/login\?/);
    expect((await person.send('GET', '/api/whoami')).status).toBe(401);
    expect((await person.get('/')).text).not.toContain('Victoria');
  }

  test('R-116: it ends after 30 minutes without use, on every page', async () => {
    const host = await exampleHost();
    const person = host.browser();
    await logInWhole(host, person);
    for (let i = 0; i < 3; i++) {
      host.skip(1700);
      expect((await person.get('/account')).path).toBe('/account');
    }
    host.skip(1801);
    await isOut(person);
    await isOut(person); // and having asked has changed nothing
  });

  test('R-116: it ends after 24 hours, however much it is used', async () => {
    const host = await exampleHost();
    const person = host.browser();
    await logInWhole(host, person);
    for (let i = 0; i < 59; i++) {
      host.skip(1450);
      expect((await person.get('/account')).path).toBe('/account');
    }
    host.skip(1450); // 24 hours and 10 minutes
    await isOut(person);
  });

  test('R-116: the cookie alone extends nothing: pages that take no session, and the cookie sent again', async () => {
    const host = await exampleHost();
    const person = host.browser();
    await logInWhole(host, person);
    const kept = new Map(person.cookies);
    for (let i = 0; i < 4; i++) {
      host.skip(500);
      for (const path of ['/', '/login', '/nothing', '/healthz']) await person.get(path);
      carrying(person, kept);
    }
    await isOut(person);
  });

  test('R-116: a login that waits for its second factor ends after ten minutes', async () => {
    const host = await exampleHost();
    const person = host.browser();
    const code = await half(person);
    host.skip(300);
    expect((await person.get('/login/mfa')).title).toContain('Enter the code');
    host.skip(301);
    const late = await person.submit(code, { code: host.otp() });
    expect([late.status, late.links['Log in again']]).toEqual([401, '/login']);
    expect((await person.send('GET', '/api/whoami')).status).toBe(401);
  });

  test('R-116: the page with the recovery code ends with the session', async () => {
    const t = await pagesApp();
    const person = t.browser();
    const page = await enrollByPage(t, person);
    expect((await person.get('/login/mfa/recovery-code')).html).toContain(
      /[A-Z0-9]{24}/.exec(page.text)?.[0],
    );
    t.clock.advance(1801);
    const late = await person.get('/login/mfa/recovery-code');
    expect(late.path).toBe('/home');
    expect(late.text).not.toMatch(/[A-Z0-9]{24}/);
  });

  test('R-116: a step-up that was begun before the end opens no session of another day: pages', async () => {
    const t = await pagesApp();
    const person = t.browser();
    await person.submit(await enrollByPage(t, person));
    for (let i = 0; i < 57; i++) {
      t.clock.advance(1500);
      await person.get('/account/security');
    }
    t.clock.advance(800); // 23 hours and 58 minutes
    const code = await person.submit(await person.get('/login/mfa/step-up'));
    t.clock.advance(200);
    await person.submit(code, { code: t.code() });
    expect((await person.get('/account/security')).path).toMatch(/^\/login\?/);
  });

  test('R-116: a step-up that was begun before the end opens no session of another day: Passport', async () => {
    const { test: t, person } = await loggedIn();
    t.app.get('/fresh', requireMfa(t.mfa, { maxAge: 60 }));
    for (let i = 0; i < 57; i++) {
      t.clock.advance(1500);
      expect((await person.get('/guarded')).status).toBe(200);
    }
    t.clock.advance(700);
    await person.get('/fresh', HTML);
    const [stored = ''] = Object.values(t.sessionStore.sessions);
    const { token } = JSON.parse(stored).mfa.login;
    const asked = await person.post('/mfa/challenge', { mfa_token: token });
    t.clock.advance(250);
    expect(
      (await person.post('/login/mfa', { oob_code: asked.body.oob_code, binding_code: t.code() }))
        .status,
    ).toBe(401);
    expect((await person.get('/guarded')).status).toBe(401);
    await challenged(t, person); // the password opens one
  });
});
