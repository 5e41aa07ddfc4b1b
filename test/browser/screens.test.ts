// Every page, on a phone and a desktop, light and dark, in both languages: looked at by axe, and kept as pictures.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANN, type PagesApp, pagesApp } from '../pages/pages-app.js';
import { hasChromium, LOOKS, launch, lookAt, type Serving, serve } from './open.js';

describe.skipIf(!hasChromium)('the pages', () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launch();
  });
  afterAll(() => chromium?.close());

  describe.each(LOOKS)('$look', ({ look, size, colorScheme, locale }) => {
    let app: PagesApp;
    let site: Serving;
    let page: Page;
    beforeAll(async () => {
      app = await pagesApp({
        issuer: 'http://localhost/',
        trustedDevices: true,
        pages: { returnTo: ['/*'] },
      });
      site = await serve(app.app);
      const context = await chromium.newContext({ ...size, colorScheme, locale, bypassCSP: true });
      page = await context.newPage();
    });
    afterAll(async () => {
      await page?.context().close();
      await site?.close();
    });

    const seen = (name: string) => lookAt(page, `${name}-${look}`);
    const submit = async () => {
      await Promise.all([page.waitForNavigation(), page.click('form button:not(.link)')]);
    };

    test('from the login to the settings', async () => {
      await page.goto(`${site.url}/login`);
      await seen('1-login');
      await page.fill('#username', ANN.username);
      await page.fill('#password', 'wrong');
      await submit();
      await seen('2-login-wrong');
      await page.fill('#password', ANN.password);
      await submit();
      await seen('3-enroll');
      await page.fill('#phone_number', '12');
      await submit();
      await seen('4-enroll-wrong');
      await page.check('[value=otp]');
      await submit();
      await seen('5-app');
      await page.click('text=/Choose again|Neu wählen/');
      await page.fill('#phone_number', '+15555550123');
      await submit();
      await seen('6-code');
      await page.fill('#code', '000000');
      await submit();
      await seen('7-code-wrong');
      await page.fill('#code', app.code());
      await submit();
      await seen('8-recovery-code');
      await submit();
      await page.goto(`${site.url}/account/security`);
      await seen('9-security');
      await page.click('text=/Remove|Entfernen/');
      await seen('10-remove');
      await submit();
      await seen('11-remove-last');
      app.clock.advance(400);
      await page.goto(`${site.url}/account/security/add`);
      await seen('12-step-up');
      await submit();
      await page.click('text=/Try another way|Anders bestätigen/');
      await seen('13-ways');
      await page.click('text=/recovery code|Wiederherstellungscode/');
      await seen('14-recovery');
      await page.context().clearCookies();
      await page.goto(`${site.url}/login`);
      await page.fill('#username', ANN.username);
      await page.fill('#password', ANN.password);
      await submit();
      await seen('16-code-trust');
      await page.check('[name=trust]');
      await page.fill('#code', app.code());
      await submit();
      await page.goto(`${site.url}/account/security`);
      await seen('17-devices');
      expect(await page.locator('h2 + ul.list li').count()).toBe(1);
      await page.context().clearCookies();
      await page.goto(`${site.url}/login/mfa`);
      expect(new URL(page.url()).pathname).toBe('/login');
    });

    test('a form that is out of date says what to do', async () => {
      await page.goto(`${site.url}/login`);
      await page.context().clearCookies();
      await submit();
      await seen('15-error');
    });
  });
});
