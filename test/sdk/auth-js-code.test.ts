// The code flow by @auth0/auth0-auth-js as it comes: it sends no state, and wants none back.
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { authClient } from './auth-js.js';
import { codeServer } from './code-server.js';

const redirect_uri = 'https://site.example.com/callback';

test('auth-js: log in by code, refresh, a token for the MFA API, revoke, log out', async () => {
  const s = await codeServer('https');
  const auth = authClient(s.server, { clientId: 'site', secret: 'site-secret' });
  const asked = await auth.buildAuthorizationUrl({
    authorizationParams: { redirect_uri, scope: 'openid profile email offline_access' },
  });
  const back = await s.visit(asked.authorizationUrl);
  expect(back.searchParams.has('state')).toBe(false);
  const tokens = await auth.getTokenByCode(back, { codeVerifier: asked.codeVerifier });
  expect(tokens.claims).toMatchObject({ sub: 'u1', amr: ['pwd', 'otp', 'mfa'] });

  const next = await auth.getTokenByRefreshToken({ refreshToken: tokens.refreshToken ?? '' });
  expect(next.refreshToken).not.toBe(tokens.refreshToken);
  expect(decodeJwt(next.accessToken)['gty']).toBe('refresh_token');

  const mfa = await auth.buildAuthorizationUrl({
    authorizationParams: {
      redirect_uri,
      audience: `${s.server.issuer}mfa/`,
      scope: 'openid read:authenticators',
    },
  });
  const forMfa = await auth.getTokenByCode(await s.visit(mfa.authorizationUrl), {
    codeVerifier: mfa.codeVerifier,
  });
  const list = await auth.mfa.listAuthenticators({ mfaToken: forMfa.accessToken });
  expect(list[0]).toMatchObject({ authenticatorType: 'otp', active: true });

  const bye = await auth.buildLogoutUrl({ returnTo: 'https://site.example.com/' });
  const answer = await s.browser.get(`${bye.pathname}${bye.search}`);
  expect(answer.headers['location']).toBe('https://site.example.com/');
  expect((await s.browser.get('/me')).body).toBe(null);
});
