// GET and POST /authorize: the code flow from the browser's first request to the tokens.

import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  API,
  ann,
  answerOf,
  asking,
  browserApp,
  CALLBACK,
  MULTI_FACTOR,
  pkce,
} from '../support/browser.js';
import { expectAnswer, JWT } from './answers.js';

const ISS = 'https://auth.example.com/';

describe('a code', () => {
  test('R-107: comes with state and iss, and becomes tokens that say what was proved', async () => {
    const { t, v } = await ann();
    const at = Math.floor(t.clock.now() / 1000);
    const answer = await v.authorize({ state: 'a b&c', nonce: 'n-1', scope: 'openid profile' });
    expect(answer.status).toBe(303);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(answer.headers['location']).toMatch(/^https:\/\/app\.example\.com\/callback\?code=/);
    const { code = '', ...rest } = answerOf(answer);
    expect(rest).toEqual({ state: 'a b&c', iss: ISS });
    t.clock.advance(20);
    const tokens = await v.exchange(code);
    expectAnswer(tokens, 200, {
      access_token: JWT,
      id_token: JWT,
      scope: 'openid profile',
      expires_in: 86400,
      token_type: 'Bearer',
    });
    const proved = { amr: ['pwd', 'otp', 'mfa'], acr: MULTI_FACTOR, auth_time: at };
    expect(decodeJwt(tokens.body.id_token)).toEqual({
      iss: ISS,
      sub: 'u1',
      aud: 'app',
      nonce: 'n-1',
      name: 'Ann',
      ...proved,
      iat: at + 20,
      exp: at + 20 + 36_000,
    });
    const access = decodeJwt(tokens.body.access_token);
    expect(access).toMatchObject({ sub: 'u1', azp: 'app', scope: 'openid profile', ...proved });
    expect(access).not.toHaveProperty('gty');
  });

  test('has no state and no nonce when none was sent', async () => {
    const { v } = await ann();
    const answer = await v.authorize();
    expect(Object.keys(answerOf(answer))).toEqual(['code', 'iss']);
    const { body } = await v.exchange(answerOf(answer)['code'] ?? '').expect(200);
    expect(decodeJwt(body.id_token)).not.toHaveProperty('nonce');
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('is for the audience and scopes that were asked for', async () => {
    const { v } = await ann();
    const code = await v.code({ audience: API, scope: 'read:notes unknown:scope' });
    const { body } = await v.exchange(code).expect(200);
    expect(body).toEqual({
      access_token: JWT,
      scope: 'read:notes',
      expires_in: 86400,
      token_type: 'Bearer',
    });
    expect(decodeJwt(body.access_token).aud).toBe(API);
  });

  test('fits into a parameter, or is not given', async () => {
    const id = '漢'.repeat(255);
    const ann = { id, email: 'ann@example.com', password: 'correct horse' };
    const scopes = Array.from({ length: 20 }, (_, i) => `scope:${i}:${'x'.repeat(20)}`);
    const apis = [{ audience: API, scopes }];
    const t = await browserApp({ seedUsers: [ann], policy: () => 'none', apis });
    const v = t.visitor();
    await v.logIn().expect(200);
    await v.exchange(await v.code({ nonce: 'n'.repeat(64) })).expect(200);
    const much = { audience: API, scope: scopes.join(' ') };
    const refused = answerOf(await v.authorize(much));
    expect(refused['error_description']).toContain('too long together');
    const longer = answerOf(await v.authorize({ nonce: 'n'.repeat(257) }));
    expect(longer['error_description']).toContain('nonce must be');
  });

  test('goes to a redirect URI with a query of its own, behind it', async () => {
    const { v } = await ann();
    const answer = await v.authorize({ redirect_uri: 'https://app.example.com/cb?tenant=1' });
    expect(answer.headers['location']).toMatch(/^https:\/\/app\.example\.com\/cb\?tenant=1&code=/);
  });

  test('is asked for by POST too', async () => {
    const { v } = await ann();
    const answer = await v.agent
      .post('/authorize')
      .type('form')
      .send(asking({ state: 's' }));
    expect(answer.status).toBe(303);
    expect(answerOf(answer)).toEqual({ code: expect.any(String), state: 's', iss: ISS });
  });

  test('is for a confidential client that authenticates', async () => {
    const { v } = await ann();
    const redirect_uri = 'https://site.example.com/callback';
    const code = await v.code({ client_id: 'site', redirect_uri });
    const site = { client_id: 'site', redirect_uri };
    const without = await v.exchange(code, site);
    expectAnswer(without, 401, {
      error: 'invalid_client',
      error_description: 'Client authentication failed',
    });
    await v.exchange(code, { ...site, client_secret: 'site-secret' }).expect(200);
  });

  test('R-008, B4: is not given to who has given a password and no second factor', async () => {
    const { t } = await ann();
    const v = t.visitor();
    await v.logIn().expect(200, { needed: 'challenge' });
    const answer = await v.authorize();
    expect(answer.headers['location']).toMatch(/^\/login\?returnTo=/);
    const silent = await v.authorize({ prompt: 'none' });
    expect(answerOf(silent)['error']).toBe('login_required');
  });
});

describe('the answer', () => {
  test('by form_post is a form that sends itself, with a nonce and nothing from elsewhere', async () => {
    const { v } = await ann();
    const state = '"><script>alert(1)</script>';
    const answer = await v.authorize({ response_mode: 'form_post', state }).expect(200);
    const policy = answer.headers['content-security-policy'] ?? '';
    const nonce = /script-src 'nonce-([\w-]{22})'/.exec(policy)?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.text).toContain(`<script nonce="${nonce}">document.forms[0].submit()</script>`);
    expect(answer.text).toContain(`<form method="post" action="${CALLBACK}">`);
    expect(answer.text.match(/<script/g)).toHaveLength(1);
    expect(answer.text).toMatch(/name="code" value="[\w.-]+"/);
    expect(answer.text).toContain('name="state" value="&#34;&#62;&#60;script&#62;');
    expect(answer.text).toContain(`name="iss" value="${ISS}"`);
  });

  test('by web_message is posted to the origin of the redirect URI', async () => {
    const { v } = await ann();
    const state = '</script><script>alert(1)//\u2028';
    const answer = await v.authorize({ response_mode: 'web_message', state }).expect(200);
    const [, message = '', origin = ''] =
      /postMessage\((\{.*\}), (".*?")\)/.exec(answer.text) ?? [];
    expect(JSON.parse(origin)).toBe('https://app.example.com');
    expect(JSON.parse(message)).toEqual({
      type: 'authorization_response',
      response: { code: expect.any(String), state, iss: ISS },
    });
    expect(answer.text.match(/<script/g)).toHaveLength(1);
    expect(answer.text).not.toContain('\u2028');
    const policy = answer.headers['content-security-policy'];
    expect(policy).toContain('frame-ancestors https://app.example.com');
    expect(answer.headers).not.toHaveProperty('x-frame-options');
  });

  test('by web_message tells errors the same way', async () => {
    const { t } = await ann();
    const silent = { prompt: 'none', response_mode: 'web_message', state: 's1' };
    const answer = await t.visitor().authorize(silent).expect(200);
    const [, message = ''] = /postMessage\((\{.*\}), /.exec(answer.text) ?? [];
    expect(JSON.parse(message).response).toEqual({
      error: 'login_required',
      error_description: 'Login required',
      state: 's1',
      iss: ISS,
    });
  });

  test('by web_message needs a web origin of the client: nothing is posted anywhere else', async () => {
    const { v } = await ann();
    const foreign = { client_id: 'site', redirect_uri: 'https://site.example.com/callback' };
    const answer = await v.authorize({ ...foreign, response_mode: 'web_message' });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('<script');
    expect(answer.text).toContain('web origin');
  });
});

test('R-095: the verifier of the challenge is needed', async () => {
  const { v } = await ann();
  const { challenge, verifier } = pkce('w'.repeat(128));
  const code = await v.code({ code_challenge: challenge });
  await v.exchange(code, { code_verifier: verifier }).expect(200);
});
