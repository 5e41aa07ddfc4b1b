// What each SDK of wire.md section 14.1 sends, and what section 16 says it must find.
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, testApp } from '../support/app.js';
import { JWT } from './answers.js';
import { DPOP, prefix, web, webUser, withoutBody } from './sdk.js';
import { enrollOtp, mfaApiToken, mfaToken } from './steps.js';

describe('auth0-auth-js, auth0-server-js, nextjs-auth0', () => {
  test('list and delete with a content type and no body', async () => {
    const { t, token } = await webUser();
    expect((await withoutBody(t, 'GET', '/mfa/authenticators', token)).status).toBe(200);
    const api = await mfaApiToken(t);
    const { id } = await enrollOtp(t, { bearer: api });
    const path = `/mfa/authenticators/${encodeURIComponent(id)}`;
    expect((await withoutBody(t, 'DELETE', path, api)).status).toBe(204);
  });

  test('challenge with JSON and the secret, verify with a form and the audience', async () => {
    const { t, http, token, id } = await webUser();
    const challenge = { mfa_token: token, challenge_type: 'oob', authenticator_id: id, ...web };
    const asked = (await http.post('/mfa/challenge').set(DPOP).send(challenge).expect(200)).body;
    const form = new URLSearchParams({
      grant_type: `${prefix}mfa-oob`,
      mfa_token: token,
      oob_code: asked.oob_code,
      binding_code: t.code(),
      audience: 'https://api.example.com/',
      scope: 'openid profile email offline_access',
      ...web,
    });
    const answer = await http.post('/oauth/token').type('form').send(form.toString());
    expect(answer.status).toBe(200);
    expect(answer.body.scope).toBe('');
  });

  test('challenge as a private_key_jwt client, without any client authentication', async () => {
    const { http, token } = await webUser();
    const body = { mfa_token: token, client_id: 'web', challenge_type: 'oob' };
    await http.post('/mfa/challenge').send(body).expect(200);
  });
});

describe('auth0-spa-js and react-native-auth0', () => {
  test.each(['form', 'json'])(
    'verify with %s, without scope and audience, and get an id_token',
    async (type) => {
      const t = await testApp();
      const { show } = await enrollOtp(t);
      const body = {
        grant_type: `${prefix}mfa-otp`,
        client_id: 'spa',
        mfa_token: await mfaToken(t, { scope: 'openid profile' }),
        otp: show(),
      };
      const answer = await client(t.app).http.post('/oauth/token').set(DPOP).type(type).send(body);
      expect(answer.body).toEqual({
        access_token: JWT,
        id_token: JWT,
        scope: 'openid profile',
        expires_in: 86400,
        token_type: 'Bearer',
      });
    },
  );

  test('challenge with nothing but the client and the token', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const body = { client_id: 'spa', mfa_token: await mfaToken(t) };
    const { http } = client(t.app);
    const answer = await http.post('/mfa/challenge').set(DPOP).send(body).expect(200);
    expect(answer.body.challenge_type).toBe('oob');
  });

  test('find every type of the requirements among the types of the list', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const { body } = await client(t.app).login().expect(403);
    const wanted = body.mfa_requirements.challenge.map((it: { type: string }) => it.type);
    const list = (await client(t.app).list(body.mfa_token)).body as { type: string }[];
    for (const { type } of list) expect(wanted).toContain(type);
  });
});
