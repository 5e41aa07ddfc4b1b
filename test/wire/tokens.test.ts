import { generateKeys } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { decodeProtectedHeader } from 'jose';
import supertest from 'supertest';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, ISSUER, testApp, testKeys } from '../support/app.js';
import {
  API,
  enrollOtp,
  MFA_AUDIENCE,
  MULTI_FACTOR,
  mfaApiToken,
  passSms,
  verify,
} from './steps.js';

const NOW = Date.UTC(2026, 0, 15, 12) / 1000;
const none = { policy: () => 'none' as const };

describe('the access token', () => {
  test('of a password alone', async () => {
    const t = await testApp(none);
    const { body } = await client(t.app).login({ audience: API, scope: 'read:notes' });
    const { payload, protectedHeader } = await verify(t, body.access_token, API);
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: expect.any(String) });
    expect(payload).toEqual({
      iss: ISSUER,
      sub: 'u1',
      aud: API,
      azp: 'spa',
      client_id: 'spa',
      jti: expect.stringMatching(/^[\w-]{22}$/),
      scope: 'read:notes',
      gty: 'password',
      amr: ['pwd'],
      auth_time: NOW,
      iat: NOW,
      exp: NOW + 86400,
    });
  });

  test('of a password and a text message', async () => {
    const t = await testApp();
    await enrollPhone(t);
    t.clock.advance(60);
    const { body } = await passSms(t, { audience: API, scope: 'openid read:notes' });
    const { payload } = await verify(t, body.access_token, API);
    expect(payload).toMatchObject({
      aud: [API, `${ISSUER}userinfo`],
      gty: 'password',
      scope: 'openid read:notes',
      amr: ['pwd', 'sms', 'mfa'],
      acr: MULTI_FACTOR,
      auth_time: NOW + 60,
    });
  });

  test('without an audience is for userinfo', async () => {
    const t = await testApp(none);
    const { body } = await client(t.app).login({ scope: 'openid' });
    const { payload } = await verify(t, body.access_token);
    expect(payload.aud).toBe(`${ISSUER}userinfo`);
  });

  test('is signed with ES256 when the host says so, the id_token still with RS256', async () => {
    const t = await testApp({ ...none, accessTokenAlgorithm: 'ES256' });
    const { body } = await client(t.app).login({ scope: 'openid' });
    const access = await verify(t, body.access_token);
    const id = await verify(t, body.id_token);
    expect([access.protectedHeader.alg, id.protectedHeader.alg]).toEqual(['ES256', 'RS256']);
  });
});

describe('the id_token', () => {
  test('says who, by which scopes, and how', async () => {
    const t = await testApp(none);
    const { body } = await client(t.app).login({ scope: 'openid profile email', audience: API });
    const { payload, protectedHeader } = await verify(t, body.id_token, 'spa');
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) });
    expect(payload).toEqual({
      iss: ISSUER,
      sub: 'u1',
      aud: 'spa',
      name: 'Ann',
      email: 'ann@example.com',
      email_verified: true,
      amr: ['pwd'],
      auth_time: NOW,
      iat: NOW,
      exp: NOW + 36000,
    });
  });

  test('says no more than the scopes allow', async () => {
    const t = await testApp(none);
    const { body } = await client(t.app).login({ scope: 'openid' });
    const { payload } = await verify(t, body.id_token);
    const claims = ['amr', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'sub'];
    expect(Object.keys(payload).toSorted()).toEqual(claims);
  });

  test('of a second factor names it, in amr and acr', async () => {
    const t = await testApp();
    const { show } = await enrollOtp(t);
    const login = (await client(t.app).login({ scope: 'openid' })).body;
    const { body } = await client(t.app).otp(login.mfa_token, show()).expect(200);
    const { payload } = await verify(t, body.id_token, 'spa');
    expect(payload['amr']).toEqual(['pwd', 'otp', 'mfa']);
    expect(payload['acr']).toBe(MULTI_FACTOR);
    expect(payload['auth_time']).toBe(NOW + 30);
  });

  test('leaves amr and acr out when the host says so', async () => {
    const t = await testApp({ amrInIdToken: false });
    await enrollPhone(t);
    const { payload } = await verify(t, (await passSms(t, { scope: 'openid' })).body.id_token);
    expect(payload).not.toHaveProperty('amr');
    expect(payload).not.toHaveProperty('acr');
    expect(payload['auth_time']).toBe(NOW);
  });
});

describe('several signing keys', () => {
  test('the first signs, the others are still accepted and served', async () => {
    const [old, fresh] = [await testKeys(), await generateKeys()];
    const sharedStores = memoryStores();
    const before = await testApp({ sharedStores });
    await enrollPhone(before);
    const bearer = await mfaApiToken(before);
    const signing = [...fresh.signing, ...old.signing];
    const after = await testApp({ sharedStores, keys: { ...old, signing } });
    const { keys } = (await supertest(after.app).get('/.well-known/jwks.json')).body;
    expect(keys).toHaveLength(4);
    await client(after.app).list(bearer).expect(200);
    await verify(after, bearer, MFA_AUDIENCE);
    const bob = { username: 'bob@example.com', password: 'battery staple', audience: MFA_AUDIENCE };
    const { body } = await client(after.app).login(bob).expect(200);
    expect(decodeProtectedHeader(body.access_token).kid).toBe(keys[0].kid);
    expect((await client(before.app).list(body.access_token)).status).toBe(401);
  });
});
