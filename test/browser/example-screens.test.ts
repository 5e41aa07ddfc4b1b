// The pages that the example app has of its own, looked at by axe and kept as pictures.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ExampleSite,
  exampleSite,
  giveCode,
  givePassword,
  headingOf,
  press,
} from './example.js';
import { hasChromium, LOOKS, launch, lookAt } from './open.js';

describe.skipIf(!hasChromium)('the pages of the example app', () => {
  let chromium: Browser;
  let site: ExampleSite;
  beforeAll(async () => {
    chromium = await launch();
    const people = Object.fromEntries(LOOKS.map(({ look }) => [look, 'phone' as const]));
    site = await exampleSite({ people });
  });
  afterAll(async () => {
    await chromium?.close();
    await site?.close();
  });

  test.each(LOOKS)('$look', async ({ look, size, colorScheme }) => {
    const person = site.person(look);
    const context = await chromium.newContext({
      ...size,
      colorScheme,
      locale: 'en-US',
      bypassCSP: true,
    });
    const page = await context.newPage();
    const seen = (name: string) => lookAt(page, `example-${name}-${look}`);
    const open = async (path: string, name: string) => {
      await page.goto(`${site.url}${path}`);
      await seen(name);
    };
    await open('/', 'home');
    await open('/login', 'login');
    await page.getByLabel('E-mail').fill(person.username);
    await page.getByLabel('Password').fill('wrong');
    await press(page, 'Log in');
    expect(await page.getByRole('alert').innerText()).toBe('Wrong username or password.');
    await seen('login-wrong');
    await givePassword(page, person);
    await seen('code');
    await giveCode(page, await site.code(person));
    expect(await headingOf(page)).toContain('account');
    await seen('account');
    await open('/account/statement', 'statement');
    await page.goto(`${site.url}/account`);
    site.skip(60);
    await press(page, 'Send');
    await seen('transfer-code');
    await giveCode(page, await site.code(person));
    await seen('transfer-confirmed');
    await press(page, 'Continue');
    await seen('transfer-sent');
    await open('/', 'home-known');
    await open('/dev/outbox', 'outbox');
    await context.close();
  });
});
