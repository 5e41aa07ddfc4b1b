// Every page, on a phone and a desktop, light and dark, in both languages: looked at by axe, and kept as pictures.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANN, type PagesApp, pagesApp } from '../pages/pages-app.js';
import {
  DESKTOP_SIZE,
  hasChromium,
  launch,
  PHONE_SIZE,
  type Serving,
  serve,
  shoot,
  violations,
} from './open.js';

const LOOKS = [
  { look: 'phone-light', size: PHONE_SIZE, colorScheme: 'light', locale: 'en-US' },
  { look: 'phone-dark', size: PHONE_SIZE, colorScheme: 'dark', locale: 'de-DE' },
  { look: 'desktop-light', size: DESKTOP_SIZE, colorScheme: 'light', locale: 'de-DE' },
  { look: 'desktop-dark', size: DESKTOP_SIZE, colorScheme: 'dark', locale: 'en-US' },
] as const;

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
      app = await pagesApp({ issuer: 'http://localhost/', pages: { returnTo: ['/*'] } });
      site = await serve(app.app);
      const context = await chromium.newContext({ ...size, colorScheme, locale, bypassCSP: true });
      page = await context.newPage();
    });
    afterAll(async () => {
      await page?.context().close();
      await site?.close();
    });

    /** Looks at the page as it is: no violation, nothing wider than the screen. */
    const look_at = async (name: string) => {
      await shoot(page, `${name}-${look}`);
      expect(await violations(page)).toEqual([]);
      const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(wider).toBeLessThanOrEqual(0);
    };
    const submit = async () => {
      await Promise.all([page.waitForNavigation(), page.click('form button:not(.link)')]);
    };

    test('from the login to the settings', async () => {
      await page.goto(`${site.url}/login`);
      await look_at('1-login');
      await page.fill('#username', ANN.username);
      await page.fill('#password', 'wrong');
      await submit();
      await look_at('2-login-wrong');
      await page.fill('#password', ANN.password);
      await submit();
      await look_at('3-enroll');
      await page.fill('#phone_number', '12');
      await submit();
      await look_at('4-enroll-wrong');
      await page.check('[value=otp]');
      await submit();
      await look_at('5-app');
      await page.click('text=/Choose again|Neu wählen/');
      await page.fill('#phone_number', '+15555550123');
      await submit();
      await look_at('6-code');
      await page.fill('#code', '000000');
      await submit();
      await look_at('7-code-wrong');
      await page.fill('#code', app.code());
      await submit();
      await look_at('8-recovery-code');
      await submit();
      await page.goto(`${site.url}/account/security`);
      await look_at('9-security');
      await page.click('text=/Remove|Entfernen/');
      await look_at('10-remove');
      await submit();
      await look_at('11-remove-last');
      app.clock.advance(400);
      await page.goto(`${site.url}/account/security/add`);
      await look_at('12-step-up');
      await submit();
      await page.click('text=/Try another way|Anders bestätigen/');
      await look_at('13-ways');
      await page.click('text=/recovery code|Wiederherstellungscode/');
      await look_at('14-recovery');
      await page.goto(`${site.url}/login/mfa/verify`);
      await page.context().clearCookies();
      await page.goto(`${site.url}/login/mfa`);
      expect(new URL(page.url()).pathname).toBe('/login');
    });

    test('a form that is out of date says what to do', async () => {
      await page.goto(`${site.url}/login`);
      await page.context().clearCookies();
      await submit();
      await look_at('15-error');
    });
  });
});
