// The same pages as people meet them: without JavaScript, in two tabs, by keyboard, by ear.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type ExampleSite,
  exampleSite,
  follow,
  giveCode,
  givePassword,
  go,
  headingOf,
  logIn,
  pathOf,
  press,
} from './example.js';
import { hasChromium, launch, PHONE_SIZE } from './open.js';

describe.skipIf(!hasChromium)('the example app', () => {
  let chromium: Browser;
  let site: ExampleSite;
  const open: Page[] = [];
  beforeAll(async () => {
    chromium = await launch();
    site = await exampleSite({
      people: {
        ann: 'nothing',
        bob: 'phone',
        carol: 'phone',
        dave: 'phone',
        eve: 'phone',
        fay: 'nothing',
        gus: 'phone',
      },
    });
  });
  afterAll(async () => {
    await chromium?.close();
    await site?.close();
  });
  const visit = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await chromium.newContext({ ...PHONE_SIZE, locale: 'en-US', ...options });
    const page = await context.newPage();
    open.push(page);
    return page;
  };
  afterEach(async () => {
    for (const page of open.splice(0)) await page.context().close();
  });
  /** A page gives it when it is drawn, which may be after it was loaded. */
  const focused = (page: Page, id: string) =>
    expect.poll(() => page.evaluate('document.activeElement.id')).toBe(id);
  const fits = async (page: Page) => {
    const wider = 'document.documentElement.scrollWidth - innerWidth';
    expect([pathOf(page), await page.evaluate(wider)]).toEqual([pathOf(page), 0]);
  };

  test('works without JavaScript, from the enrollment to the transfer', async () => {
    const ann = site.person('ann');
    const page = await visit({ javaScriptEnabled: false });
    await page.goto(`${site.url}/account`);
    await givePassword(page, ann);
    await page.getByLabel('Phone number').fill(ann.phone);
    await press(page, 'Continue');
    await press(page, 'Send a new code'); // too early: a word on when, and the code still works
    expect(await page.locator('main').innerText()).toMatch(/Wait \d+ seconds|new code in \d+ s/);
    await giveCode(page, await site.code(ann));
    await press(page, 'I have saved it');
    expect(pathOf(page)).toBe('/account');
    await follow(page, 'Security');
    await follow(page, 'Add another way');
    await page.getByLabel('Authenticator app').check();
    await press(page, 'Continue');
    const secret = (await page.locator('.secret').innerText()).replaceAll(' ', '');
    await giveCode(page, site.otp(secret));
    expect(pathOf(page)).toBe('/account/security');
    await follow(page, 'Back');
    await press(page, 'Send');
    if ((await headingOf(page)) !== 'Enter the code') await press(page, /Text message/);
    await giveCode(page, await site.code(ann));
    await press(page, 'Continue');
    expect(await headingOf(page)).toBe('Sent');
    await page.goto(`${site.url}/account`);
    await press(page, 'Log out');
    await page.goto(`${site.url}/login`);
    await givePassword(page, ann);
    if ((await headingOf(page)) === 'Enter the code') await follow(page, 'Try another way');
    await press(page, /authenticator app/);
    site.skip(30); // the code before was used
    await giveCode(page, site.otp(secret));
    expect(pathOf(page)).toBe('/account');
  });

  test('in two tabs, the newer login counts, and the older tab finds what is true', async () => {
    const bob = site.person('bob');
    const first = await visit();
    await first.goto(`${site.url}/login`);
    await givePassword(first, bob);
    const second = await first.context().newPage();
    site.skip(60);
    await second.goto(`${site.url}/login`);
    await givePassword(second, bob);
    await giveCode(second, await site.code(bob));
    expect(pathOf(second)).toBe('/account');
    await giveCode(first, '000000');
    expect(await first.locator('[role=alert]').innerText()).not.toBe('');
    await follow(first, 'Log in again');
    expect(pathOf(first)).toBe('/login');
    await first.goto(`${site.url}/login/mfa`);
    expect(pathOf(first)).toBe('/account'); // the session is open in both
  });

  test('"back" shows no form that was used up, and no page of a session that has ended', async () => {
    const carol = site.person('carol');
    const page = await visit();
    await logIn(site, page, carol);
    await page.goBack();
    expect(pathOf(page)).toBe('/account');
    await press(page, 'Log out');
    await page.goBack();
    expect(pathOf(page)).toBe('/login');
    expect(await page.locator('main').innerText()).not.toContain('Send coins');
  });

  test('a code is pasted or filled in with a space, and sent twice by an impatient click', async () => {
    const dave = site.person('dave');
    const page = await visit();
    await page.goto(`${site.url}/login`);
    await givePassword(page, dave);
    const code = await site.code(dave);
    const field = page.locator('#code');
    expect(await field.getAttribute('autocomplete')).toBe('one-time-code');
    expect(await field.getAttribute('inputmode')).toBe('numeric');
    await page.evaluate((text) => {
      const data = `${text.slice(0, 3)} ${text.slice(3)}`;
      document.execCommand('insertText', false, data);
    }, code);
    expect(await field.inputValue()).toBe(`${code.slice(0, 3)} ${code.slice(3)}`);
    await go(page, () => page.getByRole('button', { name: 'Continue' }).dblclick());
    expect(pathOf(page)).toBe('/account');
  });

  test('by keyboard alone: what is to be typed has the focus', async () => {
    const eve = site.person('eve');
    const page = await visit();
    await page.goto(`${site.url}/login`);
    await page.getByLabel('E-mail').focus();
    await page.keyboard.type(eve.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type('correct horse');
    await go(page, () => page.keyboard.press('Enter'));
    await focused(page, 'code');
    await page.keyboard.type(await site.code(eve));
    await page.keyboard.press('Tab');
    const focus = 'document.activeElement.textContent';
    expect(await page.evaluate(focus)).toBe('Continue');
    const outline = 'getComputedStyle(document.activeElement).outlineStyle';
    expect(await page.evaluate(outline)).toBe('solid');
    await go(page, () => page.keyboard.press('Enter'));
    expect(pathOf(page)).toBe('/account');
  });

  test('an error is read out, named by its field, in the title, and has the focus beside it', async () => {
    const fay = site.person('fay');
    const page = await visit();
    await page.goto(`${site.url}/login`);
    await givePassword(page, fay);
    expect(await page.title()).toMatch(/^Protect your account/);
    await page.getByLabel('Phone number').fill('12');
    await press(page, 'Continue');
    const saysError = async (id: string) => {
      expect(await page.title()).toMatch(/^Error: /);
      const field = page.locator(`#${id}`);
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      expect((await field.getAttribute('aria-describedby'))?.split(' ')).toContain(`${id}-error`);
      expect(await page.locator(`#${id}-error`).getAttribute('role')).toBe('alert');
      await focused(page, id);
      expect(await field.inputValue()).toBe(id === 'code' ? '' : '12');
    };
    await saysError('phone_number');
    await page.getByLabel('Phone number').fill(fay.phone);
    await press(page, 'Continue');
    await giveCode(page, '12');
    await saysError('code');
    expect(await page.locator('#code-error').innerText()).toBe('Enter the 6 digits of the code.');
  });

  test('fits a screen of 360 pixels', async () => {
    const gus = site.person('gus');
    const page = await visit({ viewport: { width: 360, height: 640 } });
    const at = async (path: string) => {
      await page.goto(`${site.url}${path}`);
      await fits(page);
    };
    await at('/');
    await at('/login');
    await givePassword(page, gus);
    await fits(page);
    await follow(page, 'Try another way');
    await fits(page);
    await page.goBack();
    await giveCode(page, await site.code(gus));
    for (const path of ['/account', '/account/statement', '/account/security']) await at(path);
    await at('/account/security/add');
    await at('/dev/outbox');
  });
});
