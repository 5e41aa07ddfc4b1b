// R-113, B27: nobody is sent to a foreign place, whichever door takes the way back.
import express from 'express';
import { importAuthenticators, requireMfa } from 'express-mfa';
import session from 'express-session';
import { describe, expect, test } from 'vitest';
import { browser } from '../pages/browser.js';
import { logIn, type PagesApp, pagesApp } from '../pages/pages-app.js';
import { totp } from '../support/attack.js';
import { exampleHost, half } from './example-host.js';
import { foreignPlaces } from './foreign-places.js';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const OWN = 'https://app.example.com';

/** A path of ours as a browser reads it, and one of these. */
function staysHere(location: string | undefined, allowed: RegExp, where: string) {
  expect(location, where).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
  const { origin, pathname } = new URL(location ?? '', OWN);
  expect(origin, where).toBe(OWN);
  expect(pathname, where).toMatch(allowed);
}

test('R-113: the corpus has 40 places and more, each once', () => {
  expect(new Set(foreignPlaces).size).toBeGreaterThanOrEqual(40);
  expect(new Set(foreignPlaces).size).toBe(foreignPlaces.length);
});

describe('R-113: the pages', () => {
  const kept = { secret: 'x', resave: false, saveUninitialized: false };

  async function withStore() {
    const store = new session.MemoryStore() as session.MemoryStore & {
      readonly sessions: Record<string, string>;
    };
    const t = await pagesApp({
      sessions: session({ ...kept, store }),
      pages: { returnTo: ['/account/*'] },
    });
    const stored = () => {
      const [text = '{}', ...others] = Object.values(store.sessions);
      expect(others).toEqual([]);
      return JSON.parse(text).mfa?.login?.returnTo as string | undefined;
    };
    await importAuthenticators(t.mfa, 'u1', [{ totp: { secret: SECRET } }]);
    return { t, stored };
  }

  /** The right code, each time of another half minute. */
  const codeOf = (t: PagesApp) => {
    t.clock.advance(30);
    return totp(SECRET, t.clock.now());
  };

  test('R-113: returnTo of the login page, in the query and in the form', async () => {
    const { t, stored } = await withStore();
    const person = t.browser();
    for (const place of foreignPlaces) {
      const login = await person.get(`/login?returnTo=${encodeURIComponent(place)}`);
      const { action = '', fields = {} } = login.forms[0] ?? {};
      staysHere(action, /^\/login$/, place);
      const typed = { username: 'ann@example.com', password: 'correct horse', returnTo: place };
      for (const path of [action, `/login?returnTo=${encodeURIComponent(place)}`]) {
        const { csrf = '' } = (await person.get('/login')).forms[0]?.fields ?? {};
        const asked = await person.send('POST', path, { ...fields, ...typed, csrf });
        staysHere(asked.headers['location'], /^\/login\/mfa$/, place);
        expect(stored(), place).toBe('/home');
      }
    }
    const page = await person.get('/login/mfa');
    expect((await person.submit(page, { code: codeOf(t) })).path).toBe('/home');
  });

  test('R-113: returnTo of the step-up, and of a login on the way to it', async () => {
    const { t, stored } = await withStore();
    const person = t.browser();
    await person.submit(await logIn(person), { code: codeOf(t) });
    for (const place of foreignPlaces) {
      const target = `/login/mfa/step-up?returnTo=${encodeURIComponent(place)}`;
      const ask = await person.get(target);
      staysHere(ask.forms[0]?.action, /^\/login\/mfa\/step-up$/, place);
      const { csrf = '' } = ask.forms[0]?.fields ?? {};
      const started = await person.send('POST', target, { csrf, returnTo: place });
      staysHere(started.headers['location'], /^\/login\/mfa$/, place);
      expect(stored(), place).toBe('/home');
      const stranger = await t.browser().send('GET', target);
      expect(stranger.headers['location'], place).toBe('/login?returnTo=%2Fhome');
    }
    expect((await person.submit(await person.get('/login/mfa'), { code: codeOf(t) })).path).toBe(
      '/home',
    );
  });

  test('R-113: what a guard keeps, from the address and from the Referer of a form', async () => {
    const { t, stored } = await withStore();
    const person = t.browser();
    await person.submit(await logIn(person), { code: codeOf(t) });
    t.clock.advance(400);
    t.app.use(
      '/fresh',
      express.urlencoded({ extended: false }),
      requireMfa(t.mfa, { maxAge: 300 }),
    );
    for (const place of foreignPlaces) {
      const visitor = t.browser();
      for (const [name, value] of person.cookies) visitor.cookies.set(name, value);
      await visitor.send(
        'GET',
        `/fresh/${encodeURIComponent(place)}?to=${encodeURIComponent(place)}`,
      );
      staysHere(stored(), /^\/fresh\//, place);
      if (/[^\x20-\x7e]/.test(place)) continue; // is no header
      const from = browser(t.app, { Referer: place });
      for (const [name, value] of person.cookies) from.cookies.set(name, value);
      await from.send('POST', '/fresh', {});
      staysHere(stored(), /^\/$/, place);
    }
  });

  test('R-113: that a session holds came from a check: no request writes it', async () => {
    const { t, stored } = await withStore();
    const person = t.browser();
    await logIn(person);
    for (const place of foreignPlaces) {
      const to = encodeURIComponent(place);
      await person.get(`/login/mfa?returnTo=${to}&next=${to}&redirect=${to}`);
      const page = await person.get('/login/mfa');
      await person.submit(page, {
        code: '',
        returnTo: place,
        next: place,
        'login[returnTo]': place,
      });
      expect(stored(), place).toBe('/home');
    }
  });
});

describe('R-113: the example app', () => {
  test('R-113: its login, behind mfaLogin, by query and by form', { timeout: 60_000 }, async () => {
    const host = await exampleHost({ env: { MFA_POLICY: 'optional' } });
    const person = host.browser();
    await half(person);
    const some = foreignPlaces.filter((_place, i) => i % 3 === 0);
    for (const place of some) {
      const to = encodeURIComponent(place);
      const login = await person.get(`/login?returnTo=${to}`);
      staysHere(login.forms[0]?.action, /^\/login$/, place);
      const NEW = { username: 'new@example.com', password: 'correct horse' };
      const byForm = await person.send('POST', '/login', { ...NEW, returnTo: place });
      staysHere(byForm.headers['location'], /^\/account$/, place);
      const byQuery = await person.send('POST', `/login?returnTo=${to}`, NEW);
      staysHere(byQuery.headers['location'], /^\/account$/, place);
    }
    for (const place of foreignPlaces) {
      const wrong = await person.submit(await person.get('/login'), {
        username: '',
        returnTo: place,
      });
      for (const form of wrong.forms) staysHere(form.action, /^\/login$/, place);
    }
  });

  test('R-113: /authorize as the way back ends at an error page, not at a foreign redirect_uri', async () => {
    const host = await exampleHost();
    const person = host.browser();
    for (const place of foreignPlaces) {
      const request = new URLSearchParams({
        client_id: 'spa',
        redirect_uri: place,
        response_type: 'code',
        code_challenge: 'c'.repeat(43),
        code_challenge_method: 'S256',
      });
      const answer = await person.send('GET', `/authorize?${request}`);
      expect([place, answer.status]).toEqual([place, 400]);
      expect(answer.headers['location'], place).toBeUndefined();
      const returnTo = encodeURIComponent(`/authorize?${request}`);
      const login = await person.get(`/login/mfa/step-up?returnTo=${returnTo}`);
      const policy = login.headers['content-security-policy'] ?? '';
      expect(policy, place).not.toContain('evil');
    }
  });

  test('R-113: the logout of a client goes nowhere else', async () => {
    const host = await exampleHost();
    const person = host.browser();
    for (const place of foreignPlaces) {
      const to = encodeURIComponent(place);
      for (const path of [
        `/v2/logout?returnTo=${to}`,
        `/v2/logout?client_id=spa&returnTo=${to}`,
        `/oidc/logout?post_logout_redirect_uri=${to}`,
        `/oidc/logout?client_id=spa&post_logout_redirect_uri=${to}`,
      ]) {
        const answer = await person.send('GET', path);
        expect([path, answer.status]).toEqual([path, 400]);
        expect(answer.headers['location']).toBeUndefined();
      }
    }
  });
});
