// What somebody who is logged in does: the settings, and what takes a fresh code.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
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

describe.skipIf(!hasChromium)('somebody who is logged in to the example app', () => {
  let chromium: Browser;
  let site: ExampleSite;
  let page: Page;
  beforeAll(async () => {
    chromium = await launch();
    site = await exampleSite({
      people: { ann: 'phone', bob: 'phone', carol: 'app', dave: 'phone', eve: 'phone' },
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

  const entries = () => page.locator('ul.list li > div:first-child').allInnerTexts();

  test('adds an app, by the key on the page, removes the phone and makes a recovery code', async () => {
    await logIn(site, page, site.person('ann'));
    await follow(page, 'Security: how you confirm your logins');
    expect(await headingOf(page)).toBe('Security');
    expect(await entries()).toEqual([expect.stringMatching(/^Phone X+0123/)]);

    await follow(page, 'Add another way');
    await page.getByLabel('Authenticator app').check();
    await press(page, 'Continue');
    expect(await page.locator('.qr svg').count()).toBe(1);
    const secret = (await page.locator('.secret').innerText()).replaceAll(' ', '');
    await giveCode(page, site.otp(secret));
    if ((await headingOf(page)) === 'Save your recovery code') await press(page, /saved/);
    expect(pathOf(page)).toBe('/account/security');
    expect(await entries()).toEqual([
      expect.stringMatching(/^Phone/),
      expect.stringMatching(/^Authenticator app/),
    ]);

    await follow(page, /Remove: Phone/);
    expect(await headingOf(page)).toBe('Remove this way to sign in?');
    await press(page, 'Remove');
    expect(await page.getByRole('status').innerText()).toBe('It was removed.');
    expect(await entries()).toEqual([expect.stringMatching(/^Authenticator app/)]);

    await press(page, 'Make a new recovery code');
    expect(await page.locator('.secret').innerText()).toMatch(/^[A-Z0-9]{20,}$/);
    await press(page, 'I have saved it');
    expect(await page.locator('main').innerText()).toContain('A recovery code is set up.');
    await follow(page, 'Back');
    expect(pathOf(page)).toBe('/account');
  });

  test('is asked again before a change when the last code was long ago, and comes back to it', async () => {
    const bob = site.person('bob');
    await logIn(site, page, bob);
    site.skip(400);
    await page.goto(`${site.url}/account/security`);
    await follow(page, 'Add another way');
    expect(await headingOf(page)).toBe('Confirm that it is you');
    expect((await site.messages(bob)).length).toBe(1); // a link sends nothing
    await press(page, 'Continue');
    await giveCode(page, await site.code(bob));
    expect(pathOf(page)).toBe('/account/security/add');
  });

  test('reads the statement with a fresh code, and is back at it', async () => {
    await page.goto(`${site.url}/login`);
    await givePassword(page, site.person('carol'));
    await giveCode(page, site.otp(SECRET));
    await follow(page, 'Statement');
    expect(await headingOf(page)).toBe('Statement'); // the code was fresh
    site.skip(400);
    await page.reload();
    expect(pathOf(page)).toBe('/login/mfa');
    if ((await page.locator('#code').count()) === 0) await press(page, /authenticator app/);
    await giveCode(page, site.otp(SECRET));
    expect(pathOf(page)).toBe('/account/statement');
    expect(await headingOf(page)).toBe('Statement');
  });

  const transfer = async (amount: string, payee: string) => {
    await page.goto(`${site.url}/account`);
    await page.getByLabel('Amount').fill(amount);
    await page.getByLabel('Payee').fill(payee);
    await press(page, 'Send');
  };

  test('confirms a transfer: the message shows it, and the form is sent once the code was right', async () => {
    const dave = site.person('dave');
    await logIn(site, page, dave);
    await transfer('250 EUR', 'Zoe');
    expect(await page.locator('.notice').innerText()).toMatch(/250 EUR.*Zoe/);
    const [message] = await site.messages(dave);
    expect(message?.text).toMatch(/250 EUR.*Zoe/);
    await giveCode(page, message?.code ?? '');
    expect(pathOf(page)).toBe('/login/mfa/confirmed');
    expect(await page.locator('.notice').innerText()).toMatch(/250 EUR.*Zoe/);
    await press(page, 'Continue');
    expect(await headingOf(page)).toBe('Sent');
    expect(await page.locator('.card').innerText()).toBe('250 EUR to Zoe');
    await page.goto(`${site.url}/login/mfa/confirmed`);
    expect(pathOf(page)).toBe('/account'); // once
  });

  test('cannot use the code of one transfer for another (R-105)', async () => {
    const eve = site.person('eve');
    await logIn(site, page, eve);
    site.skip(60);
    await transfer('1 EUR', 'Ann');
    const [small] = await site.messages(eve);
    expect(small?.text).toContain('1 EUR');
    site.skip(60);
    await transfer('9000 EUR', 'Mallory');
    const [large] = await site.messages(eve);
    expect(large?.text).toContain('9000 EUR');
    expect(large?.code).not.toBe(small?.code);
    await giveCode(page, small?.code ?? '');
    expect(await page.locator('#code-error').innerText()).toContain('code');
    await giveCode(page, large?.code ?? '');
    await press(page, 'Continue');
    expect(await page.locator('.card').innerText()).toBe('9000 EUR to Mallory');
  });
});
