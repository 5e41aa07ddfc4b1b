// express-openid-connect: a web app with a server of its own, that asks for a token of the MFA API at its login.
import express, { type Express } from 'express';
import { auth } from 'express-openid-connect';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { masked } from '../support/masked.js';
import { type ExampleSite, exampleSite, giveCode, givePassword, press } from './example.js';
import { hasChromium, launch, type Serving, serve } from './open.js';

const SCOPE = 'openid profile enroll read:authenticators';

/** An app behind express-openid-connect, as its documentation has it. */
function relyingParty(baseURL: string, issuer: string, responseMode: string): Express {
  const app = express();
  app.use(
    auth({
      authRequired: false,
      idpLogout: true,
      baseURL,
      issuerBaseURL: issuer,
      clientID: 'app',
      clientSecret: 'a secret of the tests',
      secret: 'another secret of the tests, for cookies',
      authorizationParams: {
        response_type: 'code',
        response_mode: responseMode as 'query',
        audience: `${issuer}/mfa/`,
        scope: SCOPE,
      },
    }),
  );
  app.get('/', ({ oidc }, response) => {
    const { isAuthenticated, idTokenClaims: claims, accessToken } = pick(oidc);
    response.json({ in: isAuthenticated, claims, token: accessToken?.access_token });
  });
  return app;
}

const pick = (oidc: express.Request['oidc']) => ({
  isAuthenticated: oidc.isAuthenticated(),
  idTokenClaims: oidc.idTokenClaims,
  accessToken: oidc.accessToken,
});

describe.skipIf(!hasChromium)('express-openid-connect', () => {
  let chromium: Browser;
  let site: ExampleSite;
  let page: Page;
  const urls: Record<string, string> = {};
  const serving: Serving[] = [];
  beforeAll(async () => {
    chromium = await launch();
    for (const mode of ['query', 'form_post']) urls[mode] = `http://localhost:${await freePort()}`;
    const all = Object.values(urls);
    const client = {
      client_id: 'app',
      client_secret: 'a secret of the tests',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      redirect_uris: all.map((url) => `${url}/callback`),
      logout_uris: all,
    };
    site = await exampleSite({ people: { ann: 'nothing', bob: 'nothing' }, clients: [client] });
    for (const [mode, url] of Object.entries(urls)) {
      serving.push(await serve(relyingParty(url, site.url, mode), Number(new URL(url).port)));
    }
  });
  afterAll(async () => {
    await chromium?.close();
    for (const it of serving) await it.close();
    await site?.close();
  });
  beforeEach(async () => {
    page = await (await chromium.newContext({ locale: 'en-US' })).newPage();
  });
  afterEach(() => page?.context().close());

  test.each([
    ['query', 'ann'],
    ['form_post', 'bob'],
  ])(
    'logs in with enrollment by %s, uses its token at the MFA API, and logs out',
    async (mode, name) => {
      const person = site.person(name);
      const app = urls[mode] as string;
      await page.goto(`${app}/login`);
      await givePassword(page, person);
      await page.getByLabel('Phone number').fill(person.phone);
      await press(page, 'Continue');
      await giveCode(page, await site.code(person));
      await press(page, 'I have saved it');
      await page.waitForURL(`${app}/`);
      const state = async () => JSON.parse(await page.locator('body').innerText());
      const { in: isIn, claims, token } = await state();
      expect(isIn).toBe(true);
      expect(claims).toMatchObject({ sub: name, amr: expect.arrayContaining(['pwd', 'mfa']) });
      const listed = await page.request.get(`${site.url}/mfa/authenticators`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      expect(listed.status()).toBe(200);
      expect(await listed.json()).toContainEqual(
        expect.objectContaining({ oob_channel: 'sms', name: masked('0123') }),
      );
      await page.goto(`${app}/logout`);
      await page.waitForURL(`${app}/`);
      expect(await state()).toEqual({ in: false });
      expect((await page.request.get(`${site.url}/api/whoami`)).status()).toBe(401);
    },
  );
});
