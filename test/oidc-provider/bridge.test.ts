// The bridge to oidc-provider, driven by openid-client as it comes: a browser logs in on our pages, the client does the rest.
import { finishInteraction } from 'express-mfa/oidc-provider';
import * as oidc from 'openid-client';
import { describe, expect, test } from 'vitest';
import type { LoadedPage, TestBrowser } from '../pages/browser.js';
import { ANN } from '../pages/pages-app.js';
import { CALLBACK, type ProviderHost, providerHost, SECRET } from './provider.js';

const PHONE = { method: 'sms', phone_number: '+15555550123' };

/** A client that starts a login, and gets its claims in the end. */
async function client(host: ProviderHost, parameters: Record<string, string> = {}) {
  const auth = oidc.ClientSecretBasic(SECRET);
  const execute = [oidc.allowInsecureRequests];
  const config = await oidc.discovery(new URL(host.issuer), 'app', undefined, auth, { execute });
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const expectedState = oidc.randomState();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    ...parameters,
  });
  return {
    path: url.pathname + url.search,
    async claims(page: LoadedPage) {
      const back = new URL(page.headers['location'] ?? '');
      const checks = {
        pkceCodeVerifier,
        expectedState,
        ...(parameters['max_age'] && { maxAge: 60 }),
      };
      const tokens = await oidc.authorizationCodeGrant(config, back, checks);
      return tokens.claims();
    },
  };
}

/** Enrolls on the pages. @returns where the browser is led after it */
async function enroll(host: ProviderHost, person: TestBrowser, login: LoadedPage) {
  const choose = await person.submit(login, ANN);
  const code = await person.submit(choose, PHONE);
  return person.submit(await person.submit(code, { code: host.code() }));
}

const atClient = (page: LoadedPage) => page.headers['location']?.startsWith(CALLBACK) === true;

describe('a login through oidc-provider', () => {
  test('enrolls on our pages, and the id_token says what was proved', async () => {
    const host = await providerHost();
    const app = await client(host);
    const person = host.browser();
    const login = await person.get(app.path);
    expect(login.path).toMatch(/^\/login\?returnTo=%2Finteraction%2F/);
    const back = await enroll(host, person, login);
    expect(atClient(back)).toBe(true);
    expect(await app.claims(back)).toMatchObject({
      iss: host.issuer,
      sub: 'u1',
      amr: ['pwd', 'sms', 'mfa'],
      acr: host.mfa.tokens.multiFactor,
      auth_time: Math.floor(host.clock.now() / 1000),
    });
  });

  test('is refused to a browser that gave the password and no second factor', async () => {
    const host = await providerHost();
    const app = await client(host);
    const person = host.browser();
    const login = await person.get(app.path);
    const interaction = new URL(login.path, host.url).searchParams.get('returnTo') ?? '';
    await person.submit(login, ANN);
    for (const path of [interaction, `${interaction}?x=1`, app.path]) {
      const page = await person.get(path);
      expect(page.path).toMatch(/^\/login\?/);
      expect(atClient(page)).toBe(false);
    }
  });

  test('is refused to another browser than the one that it began in', async () => {
    const host = await providerHost();
    const app = await client(host);
    const person = host.browser();
    const login = await person.get(app.path);
    const interaction = new URL(login.path, host.url).searchParams.get('returnTo') ?? '';
    await enroll(host, person, login);
    const other = host.browser();
    await enrollElsewhere(host, other);
    const page = await other.get(interaction);
    expect(page.status).toBe(400);
    expect(page.text).toBe('SessionNotFound');
  });

  test('that was open before is enough', async () => {
    const host = await providerHost();
    const person = host.browser();
    const first = await client(host);
    await enroll(host, person, await person.get(first.path));
    person.cookies.delete('_session'); // the provider's; ours stays
    const again = await client(host);
    const back = await person.get(again.path);
    expect(await again.claims(back)).toMatchObject({ amr: ['pwd', 'sms', 'mfa'] });
  });

  test.each([{ prompt: 'login consent' }, { max_age: '60' }])(
    'that was open before is not enough for %o',
    async (parameters) => {
      const host = await providerHost();
      host.clock.advance(-120);
      const person = host.browser();
      await enroll(host, person, await person.get('/login'));
      host.clock.advance(122);
      const app = await client(host, parameters);
      const asked = await person.get(app.path);
      expect(asked.path).toMatch(/^\/login\?.*prompt=login/);
      const code = await person.submit(asked, ANN);
      const back = await person.submit(code, { code: host.code() });
      expect(await app.claims(back)).toMatchObject({
        auth_time: Math.floor(host.clock.now() / 1000),
      });
    },
  );

  test('asks for a second factor when the app does, whatever the policy says', async () => {
    const host = await providerHost({ policy: () => 'none' });
    const person = host.browser();
    const plain = await client(host);
    const back = await person.submit(await person.get(plain.path), ANN);
    expect(await plain.claims(back)).toMatchObject({ amr: ['pwd'] });
    expect(await plain.claims(back).catch(() => 'used')).toBe('used');

    person.cookies.delete('_session');
    const strong = await client(host, { acr_values: host.mfa.tokens.multiFactor });
    const choose = await person.get(strong.path);
    expect(choose.path).toMatch(/^\/login\/mfa/);
    const code = await person.submit(choose, PHONE);
    const after = await person.submit(await person.submit(code, { code: host.code() }));
    expect(await strong.claims(after)).toMatchObject({
      amr: ['pwd', 'sms', 'mfa'],
      acr: host.mfa.tokens.multiFactor,
    });
  });
});

test('its options are paths of this origin', async () => {
  const { mfa } = await providerHost();
  const host = {
    interactionDetails: async () => expect.fail(),
    interactionFinished: async () => {},
  };
  for (const path of ['https://elsewhere.example/', '//elsewhere.example', 'login']) {
    for (const option of ['login', 'page']) {
      const wrong = () => finishInteraction(mfa, host as never, { [option]: path });
      expect(wrong).toThrow(`finishInteraction.${option}`);
    }
  }
});

/** Bob, in a browser of his own. */
async function enrollElsewhere(host: ProviderHost, person: TestBrowser): Promise<void> {
  const bob = { username: 'bob@example.com', password: 'battery staple' };
  const choose = await person.submit(await person.get('/login'), bob);
  const code = await person.submit(choose, { method: 'sms', phone_number: '+15555550199' });
  await person.submit(await person.submit(code, { code: host.code() }));
}
