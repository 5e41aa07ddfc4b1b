// The code flow with PKCE, driven by openid-client as it comes, over HTTP: a browser logs in, the client does the rest.
import * as oidc from 'openid-client';
import { describe, expect, test } from 'vitest';
import { CALLBACK, MULTI_FACTOR } from '../support/browser.js';
import { codeServer } from './code-server.js';

const SITE = 'https://site.example.com/callback';

async function start() {
  const s = await codeServer('http');
  return {
    ...s,
    discover: (id: string, auth?: oidc.ClientAuth) =>
      oidc.discovery(new URL(s.server.issuer), id, undefined, auth, {
        execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
      }),
  };
}

const clients = [
  ['a public client', 'app', CALLBACK, undefined],
  ['client_secret_post', 'site', SITE, oidc.ClientSecretPost('site-secret')],
  ['client_secret_basic', 'site', SITE, oidc.ClientSecretBasic('site-secret')],
] as const;

describe.each(clients)('with %s', (_, id, redirect_uri, auth) => {
  test('log in, refresh, ask who it is, log out', async () => {
    const s = await start();
    const config = await s.discover(id, auth);
    expect(config.serverMetadata().supportsPKCE()).toBe(true);
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const expectedState = oidc.randomState();
    const expectedNonce = oidc.randomNonce();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri,
      scope: 'openid profile email offline_access',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      max_age: '0',
      acr_values: MULTI_FACTOR,
    });
    const back = await s.visit(url);
    expect(`${back.origin}${back.pathname}`).toBe(redirect_uri);
    const checks = { pkceCodeVerifier, expectedState, expectedNonce, maxAge: 60 };
    const tokens = await oidc.authorizationCodeGrant(config, back, checks);
    expect(tokens.claims()).toMatchObject({
      sub: 'u1',
      aud: id,
      nonce: expectedNonce,
      acr: MULTI_FACTOR,
      email: 'ann@example.com',
    });

    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(next.claims()).toMatchObject({ sub: 'u1', auth_time: tokens.claims()?.auth_time });
    const user = await oidc.fetchUserInfo(config, next.access_token, 'u1');
    expect(user).toEqual({
      sub: 'u1',
      name: 'Ann',
      email: 'ann@example.com',
      email_verified: true,
    });

    await oidc.tokenRevocation(config, next.refresh_token ?? '');
    const dead = oidc.refreshTokenGrant(config, next.refresh_token ?? '');
    await expect(dead).rejects.toMatchObject({ error: 'invalid_grant' });

    const bye = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '' });
    await s.browser.get(bye.href.slice(s.server.url.length)).expect(200);
    expect((await s.browser.get('/me')).body).toBe(null);
  });
});

const because = (word: string) => ({ cause: { message: expect.stringContaining(word) } });

test('errors, a wrong state and an answer of another issuer are what the client makes of them', async () => {
  const s = await start();
  const config = await s.discover('app');
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const ask = async (query: Record<string, string>) =>
    oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: 's1',
      ...query,
    });
  const silent = await s.visit(await ask({ prompt: 'none' }));
  const grant = (url: URL, expectedState = 's1') =>
    oidc.authorizationCodeGrant(config, url, { pkceCodeVerifier, expectedState });
  await expect(grant(silent)).rejects.toMatchObject({ error: 'login_required' });
  const back = await s.visit(await ask({}));
  await expect(grant(back, 's2')).rejects.toMatchObject(because('state'));
  const mixedUp = new URL(back);
  mixedUp.searchParams.set('iss', 'https://other.example.com/');
  await expect(grant(mixedUp)).rejects.toMatchObject(because('iss'));
  await expect(grant(back)).resolves.toMatchObject({ token_type: 'bearer' });
  await expect(grant(back)).rejects.toMatchObject({
    error_description: 'Invalid authorization code',
  });
});

test('a token for the MFA API, with which authenticators are listed', async () => {
  const s = await start();
  const config = await s.discover('app');
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid read:authenticators',
    audience: `${s.server.issuer}mfa/`,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const { access_token: token } = await oidc.authorizationCodeGrant(config, await s.visit(url), {
    pkceCodeVerifier,
  });
  const list = await s.browser.get('/mfa/authenticators').set({ Authorization: `Bearer ${token}` });
  expect(list.status).toBe(200);
  expect(list.body[0]).toMatchObject({ authenticator_type: 'otp', active: true });
});
