// People with a phone, a browser and the example app.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { masked } from '../support/masked.js';
import {
  countScreens,
  type ExampleSite,
  exampleSite,
  follow,
  giveCode,
  givePassword,
  headingOf,
  logIn,
  pathOf,
  press,
  SECRET,
} from './example.js';
import { hasChromium, launch, PHONE_SIZE } from './open.js';

describe.skipIf(!hasChromium)('logging in to the example app', () => {
  let chromium: Browser;
  let site: ExampleSite;
  let page: Page;
  beforeAll(async () => {
    chromium = await launch();
    site = await exampleSite({
      people: {
        ann: 'nothing',
        bob: 'phone and app',
        carol: 'phone',
        dave: 'phone',
        eve: 'nothing',
      },
    });
  });
  afterAll(async () => {
    await chromium?.close();
    await site?.close();
  });
  beforeEach(async () => {
    page = await (await chromium.newContext({ ...PHONE_SIZE, locale: 'en-US' })).newPage();
  });
  afterEach(() => page?.context().close());

  test('the first time, a phone is enrolled in four screens, and later logins take two', async () => {
    const ann = site.person('ann');
    const screens = countScreens(page);
    await page.goto(`${site.url}/login`);
    await givePassword(page, ann);
    expect(await headingOf(page)).toBe('Protect your account');
    await page.getByLabel('Phone number').fill(ann.phone);
    await press(page, 'Continue');
    expect(await headingOf(page)).toBe('Enter the code');
    await giveCode(page, await site.code(ann));
    expect(await headingOf(page)).toBe('Save your recovery code');
    expect(await page.locator('.secret').innerText()).toMatch(/^[A-Z0-9]{20,}$/);
    expect(screens()).toBe(4);
    await press(page, 'I have saved it');
    expect(pathOf(page)).toBe('/account');

    await press(page, 'Log out');
    expect(pathOf(page)).toBe('/');
    const before = screens();
    await page.goto(`${site.url}/login`);
    await givePassword(page, ann);
    await giveCode(page, await site.code(ann));
    expect(pathOf(page)).toBe('/account');
    expect(screens() - before - 1).toBe(2); // without the account itself
  });

  test('a login returns to where one was going', async () => {
    const carol = site.person('carol');
    await page.goto(`${site.url}/account/statement`);
    expect(pathOf(page)).toBe('/login');
    await givePassword(page, carol);
    await giveCode(page, await site.code(carol));
    expect(pathOf(page)).toBe('/account/statement');
    expect(await headingOf(page)).toBe('Statement');
  });

  test('another way: the app instead of the message', async () => {
    const bob = site.person('bob');
    await page.goto(`${site.url}/login`);
    await givePassword(page, bob);
    if (await page.getByRole('link', { name: 'Try another way' }).count()) {
      await follow(page, 'Try another way');
    }
    await press(page, `Text message to ${masked('0123')}`);
    expect(await page.locator('main').innerText()).toContain('We sent a text message');
    await follow(page, 'Try another way');
    await press(page, 'Code from your authenticator app');
    await giveCode(page, site.otp(SECRET));
    expect(pathOf(page)).toBe('/account');
  });

  test('a new code, when the countdown that is shown has ended', async () => {
    const dave = site.person('dave');
    await page.clock.install();
    await page.goto(`${site.url}/login`);
    await givePassword(page, dave);
    const first = await site.code(dave);
    const again = page.getByRole('button', { name: 'Send a new code' });
    const wait = page.locator('[data-wait]');
    const seconds = async () => Number(/(\d+) s/.exec(await wait.innerText())?.[1]);
    const left = await seconds();
    expect(left).toBeGreaterThan(20);
    expect(left).toBeLessThanOrEqual(33);
    expect(await again.isDisabled()).toBe(true);
    await page.clock.runFor(5000);
    expect(await seconds()).toBe(left - 5);
    site.skip(35);
    await page.clock.runFor(35_000);
    expect(await wait.innerText()).toBe('');
    expect(await again.isDisabled()).toBe(false);
    await press(page, 'Send a new code');
    const second = await site.code(dave);
    expect((await site.messages(dave)).length).toBe(2);
    expect(await wait.innerText()).toContain('You can ask for a new code in');
    await giveCode(page, first === second ? '000000' : first);
    expect(await page.locator('#code-error').innerText()).toContain('code');
    await giveCode(page, second);
    expect(pathOf(page)).toBe('/account');
  });

  test('the recovery code lets in once, and the next one is shown', async () => {
    const eve = site.person('eve');
    await page.goto(`${site.url}/login`);
    await givePassword(page, eve);
    await page.getByLabel('Phone number').fill(eve.phone);
    await press(page, 'Continue');
    await giveCode(page, await site.code(eve));
    const code = await page.locator('.secret').innerText();
    await press(page, 'I have saved it');
    await press(page, 'Log out');

    const withRecoveryCode = async (text: string) => {
      await page.goto(`${site.url}/login`);
      await givePassword(page, eve);
      await follow(page, 'Try another way');
      await follow(page, 'Use your recovery code');
      await page.getByLabel('Recovery code').fill(text);
      await press(page, 'Continue');
    };
    await withRecoveryCode(code);
    expect(await headingOf(page)).toBe('Save your recovery code');
    const next = await page.locator('.secret').innerText();
    expect(next).not.toBe(code);
    await press(page, 'I have saved it');
    expect(pathOf(page)).toBe('/account');
    await press(page, 'Log out');
    await withRecoveryCode(code);
    expect(await page.locator('#recovery_code-error').innerText()).toBe(
      'This recovery code is wrong.',
    );
    expect(pathOf(page)).toBe('/login/mfa/recovery');
  });

  test('a code of a login that was given up does not open the next one', async () => {
    const carol = site.person('carol');
    await logIn(site, page, carol);
    await press(page, 'Log out');
    const old = await site.code(carol);
    site.skip(700);
    await page.goto(`${site.url}/login`);
    await givePassword(page, carol);
    const fresh = await site.code(carol);
    if (old !== fresh) await giveCode(page, old);
    expect(await headingOf(page)).toBe('Enter the code');
    expect((await page.request.get(`${site.url}/api/whoami`)).status()).toBe(401);
  });
});
