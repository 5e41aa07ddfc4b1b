import express from 'express';
import { discoveryRouter, otp } from 'express-mfa';
import { calculateJwkThumbprint } from 'jose';
import supertest from 'supertest';
import { describe, expect, test } from 'vitest';
import { testApp, testKeys } from '../support/app.js';
import { browserApp } from '../support/browser.js';

const grant = (name: string) => `http://auth0.com/oauth/grant-type/${name}`;

const CLIENT_AUTH = ['none', 'client_secret_post', 'client_secret_basic'];

describe('GET /.well-known/openid-configuration', () => {
  test('says what is served, and no more', async () => {
    const { app } = await testApp();
    const answer = await supertest(app).get('/.well-known/openid-configuration').expect(200);
    expect(answer.body).toEqual({
      issuer: 'https://auth.example.com/',
      token_endpoint: 'https://auth.example.com/oauth/token',
      jwks_uri: 'https://auth.example.com/.well-known/jwks.json',
      revocation_endpoint: 'https://auth.example.com/oauth/revoke',
      mfa_challenge_endpoint: 'https://auth.example.com/mfa/challenge',
      grant_types_supported: [
        'password',
        grant('password-realm'),
        grant('mfa-otp'),
        grant('mfa-oob'),
        grant('mfa-recovery-code'),
        'refresh_token',
      ],
      response_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: CLIENT_AUTH,
      revocation_endpoint_auth_methods_supported: CLIENT_AUTH,
      scopes_supported: expect.arrayContaining(['openid', 'email', 'offline_access', 'enroll']),
      claims_supported: expect.arrayContaining(['sub', 'auth_time', 'amr', 'acr', 'email']),
      acr_values_supported: ['http://schemas.openid.net/pape/policies/2007/06/multi-factor'],
    });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
    expect(answer.headers).not.toHaveProperty('pragma');
  });

  test('follows the options and the mount points, never the Host header', async () => {
    const { mfa } = await testApp({ authenticators: [otp({ issuer: 'Example' })] });
    const app = express().use('/.well-known', discoveryRouter(mfa, { oauth: 'id/', mfa: '/2fa' }));
    const { body } = await supertest(app)
      .get('/.well-known/openid-configuration')
      .set('Host', 'evil.example.net')
      .set('X-Forwarded-Host', 'evil.example.net')
      .expect(200);
    expect(body.token_endpoint).toBe('https://auth.example.com/id/token');
    expect(body.mfa_challenge_endpoint).toBe('https://auth.example.com/2fa/challenge');
    expect(body.grant_types_supported).toHaveLength(4);
    expect(JSON.stringify(body)).not.toContain('evil');
  });
});

describe('R-107: with authorizeRouter', () => {
  test('says the rest, and all of it is served', async () => {
    const { app } = await browserApp();
    const { body } = await supertest(app).get('/.well-known/openid-configuration').expect(200);
    expect(body).toMatchObject({
      authorization_endpoint: 'https://auth.example.com/authorize',
      userinfo_endpoint: 'https://auth.example.com/userinfo',
      end_session_endpoint: 'https://auth.example.com/oidc/logout',
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'form_post', 'web_message'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    });
    const endpoints = Object.entries<string>(body).filter(([name]) => name.endsWith('_endpoint'));
    expect(endpoints.length).toBe(6);
    for (const [name, url] of endpoints) {
      const path = url.replace('https://auth.example.com', '');
      const [get, post] = [await supertest(app).get(path), await supertest(app).post(path)];
      expect([name, get.status === 404 && post.status === 404]).toEqual([name, false]);
    }
  });

  test('follows its mount point', async () => {
    const { mfa } = await testApp();
    const app = express().use('/.well-known', discoveryRouter(mfa, { authorize: '/id/' }));
    const { body } = await supertest(app).get('/.well-known/openid-configuration').expect(200);
    expect(body.authorization_endpoint).toBe('https://auth.example.com/id/authorize');
    expect(body.end_session_endpoint).toBe('https://auth.example.com/id/oidc/logout');
  });
});

describe('GET /.well-known/jwks.json', () => {
  test('lists the public keys, each named by its RFC 7638 thumbprint', async () => {
    const { app } = await testApp();
    const answer = await supertest(app).get('/.well-known/jwks.json').expect(200);
    const text = expect.stringMatching(/^[\w-]+$/);
    expect(answer.body).toEqual({
      keys: [
        { kty: 'RSA', n: text, e: 'AQAB', kid: text, alg: 'RS256', use: 'sig' },
        { kty: 'EC', crv: 'P-256', x: text, y: text, kid: text, alg: 'ES256', use: 'sig' },
      ],
    });
    for (const key of answer.body.keys) {
      expect(key.kid).toBe(await calculateJwkThumbprint(key, 'sha256'));
    }
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
  });

  test('shows nothing private', async () => {
    const { app } = await testApp();
    const { text } = await supertest(app).get('/.well-known/jwks.json');
    for (const { d } of (await testKeys()).signing) expect(text).not.toContain(d);
    expect(text).not.toMatch(/"(d|p|q|dp|dq|qi)"/);
  });
});

test('both documents answer HEAD, and refuse to be written', async () => {
  const { app } = await testApp();
  for (const path of ['/.well-known/jwks.json', '/.well-known/openid-configuration']) {
    const head = await supertest(app).head(path).expect(200);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(100);
    const post = await supertest(app).post(path).expect(405);
    expect(post.headers['allow']).toBe('GET, HEAD, OPTIONS');
  }
});
