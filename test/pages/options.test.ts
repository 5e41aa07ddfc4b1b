import express from 'express';
import { type PagesOptions, pagesRouter, type View } from 'express-mfa/pages';
import { describe, expect, test } from 'vitest';
import { testApp } from '../support/app.js';
import { browser } from './browser.js';
import { expressSession, logIn, pagesApp } from './pages-app.js';

describe('the pages of a host', () => {
  test('speak the language that the browser asks for, else English', async () => {
    const { app } = await pagesApp();
    const title = async (language: string) =>
      (await browser(app, { 'Accept-Language': language }).get('/login')).title;
    expect(await title('de-AT,de;q=0.9,en;q=0.5')).toMatch(/^Anmelden/);
    expect(await title('en-GB')).toMatch(/^Log in/);
    expect(await title('fr')).toMatch(/^Log in/);
  });

  test('take one more language, and other words in one that is there; the rest is English', async () => {
    const texts = { fr: { login: { title: 'Connexion' } }, de: { login: { submit: 'Los' } } };
    const { app } = await pagesApp({ pages: { texts } });
    const french = await browser(app, { 'Accept-Language': 'fr' }).get('/login');
    expect(french.text).toContain('Connexion');
    expect(french.text).toContain('Password');
    expect(french.html).toContain('<html lang="fr">');
    const german = await browser(app, { 'Accept-Language': 'de' }).get('/login');
    expect(german.forms[0]?.button).toBe('Los');
    expect(german.text).toContain('Passwort');
  });

  test('take the language from the host', async () => {
    const { app } = await pagesApp({ pages: { language: () => 'de' } });
    expect((await browser(app).get('/login')).title).toMatch(/^Anmelden/);
  });

  test('show the name, the logo and the colours of the host', async () => {
    const brand = {
      name: 'Müller & Söhne',
      logo: { src: '/logo.svg', alt: 'Müller' },
      accent: '#123456',
      accentDark: '#abcdef',
    };
    const { app } = await pagesApp({ pages: { brand } });
    const page = await browser(app).get('/login');
    expect(page.title).toBe('Log in – Müller & Söhne');
    expect(page.html).toContain('<img src="/logo.svg" alt="Müller"');
    expect(page.html).toContain('--accent: #123456');
    expect(page.html).toContain('--accent: #abcdef');
  });

  test('leave any view to the renderer of the host, with the form that it has to send', async () => {
    const seen: View[] = [];
    const render: PagesOptions['render'] = (view, { nonce, texts }) => {
      seen.push(view);
      if (view.page !== 'enroll') return undefined;
      return `<style nonce="${nonce}"></style><p>${texts.enroll.title}</p><form method="post" action="${view.form.action}">
        <input type="hidden" name="csrf" value="${view.form.csrf}"><button>Go</button></form>`;
    };
    const test = await pagesApp({ pages: { render } });
    const person = test.browser();
    const own = await logIn(person);
    expect(own.html).toMatch(/^<style nonce=/);
    expect(own.headers['content-security-policy']).toContain(/nonce="([^"]+)"/.exec(own.html)?.[1]);
    const code = await person.submit(own, { method: 'sms', phone_number: '+15555550123' });
    expect(code.text).toContain('Enter the code');
    expect(seen.map(({ page }) => page)).toEqual(['login', 'enroll', 'code']);
  });

  test('show an error of ours when that renderer throws', async () => {
    const render = () => {
      throw new Error('a secret of the host');
    };
    const test = await pagesApp({ pages: { render } });
    const page = await test.browser().get('/login');
    expect(page.status).toBe(500);
    expect(page.text).toContain('Something went wrong. If you ask for help, give this number:');
    expect(page.html).not.toContain('a secret of the host');
    expect(test.events.at(-1)).toMatchObject({ event: 'server_error' });
  });

  test('stand at other paths', async () => {
    const paths = { login: '/in', mfa: '/in/code', security: '/me/safe' };
    const test = await pagesApp({ pages: { paths } });
    const person = test.browser();
    const page = await logIn(person, undefined, '/in');
    expect(page.path).toBe('/in/code');
    expect(page.forms[0]?.action).toBe('/in/code/enroll');
    expect((await person.get('/me/safe')).path).toBe('/in?returnTo=%2Fme%2Fsafe');
    expect((await person.get('/login')).status).toBe(404);
  });

  test('leave the login to the host', async () => {
    const test = await pagesApp({ pages: { loginPage: false } });
    expect((await test.browser().get('/login')).status).toBe(404);
  });

  test('say what is missing when no session middleware ran', async () => {
    const { app, mfa, events } = await testApp();
    app.use(pagesRouter(mfa));
    const page = await browser(app).get('/login');
    expect(page.status).toBe(500);
    expect(String(events.at(-1)?.cause)).toContain('ERR_MFA_SESSION');
  });

  test('say so when they do not stand at the root, since their forms and redirects name paths from there', async () => {
    const { app, mfa, events } = await testApp();
    app.use(expressSession(), express.Router().use('/auth', pagesRouter(mfa)));
    expect((await browser(app).get('/auth/login')).status).toBe(500);
    expect(String(events.at(-1)?.cause)).toMatch(/at the root.*not at \/auth.*ERR_MFA_PAGES/);
  });

  test.each<[string, PagesOptions]>([
    ['a part of the texts that there is not', { texts: { fr: { logn: {} } as object } }],
    ['a text that there is not', { texts: { de: { login: { titel: 'Hallo' } as object } } }],
    ['a path of another origin', { paths: { login: 'https://evil.example/' } }],
    ['a path without a scheme', { paths: { mfa: '//evil.example' } }],
    ['a home elsewhere', { home: 'home' }],
    ['a returnTo elsewhere', { returnTo: ['https://evil.example/'] }],
    ['a colour that is none', { brand: { accent: 'red; } body { display: none' } }],
    ['a logo from elsewhere', { brand: { logo: { src: 'https://evil.example/x.png', alt: '' } } }],
  ])('refuse %s at start', async (_name, options) => {
    const { mfa } = await testApp();
    expect(() => pagesRouter(mfa, options)).toThrow(/ERR_MFA_PAGES/);
  });

  test('refuse an option that there is not', async () => {
    const { mfa } = await testApp();
    expect(() => pagesRouter(mfa, { retrunTo: [] } as PagesOptions)).toThrow(
      /retrunTo.*ERR_MFA_PAGES/,
    );
  });
});
