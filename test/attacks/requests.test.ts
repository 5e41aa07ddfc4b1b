// What a request may say about itself, and what an answer may say at all.
import type express from 'express';
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import { type TestApp, testApp } from '../support/app.js';
import { flow } from './whole-flow.js';

/** The same on every run: the numbers that chance hands out are counted up. */
function countedRandom() {
  let n = 0;
  return {
    bytes: (size: number) => Buffer.alloc(size, n++ % 251),
    integer: (limit: number) => n++ % limit,
  };
}

/** Tokens are signed anew each time; their claims are compared. */
const plain = (answers: readonly Response[]) =>
  answers.map(({ status, body, headers }) => {
    const { date: _, ...others } = headers;
    const text = JSON.stringify({ status, body, others });
    return text.replace(/(ey[\w-]+\.)(ey[\w-]+)\.[\w-]+/g, (_all, _header, claims: string) =>
      Buffer.from(claims, 'base64url').toString().replaceAll('"', "'"),
    );
  });

const rows = async (t: TestApp) => {
  const { account, authenticators } = await t.mfa.store.load({ userId: 'u1' });
  return { account, authenticators };
};

const begin = (before: express.RequestHandler[] = []) =>
  testApp({ random: countedRandom(), before });

describe('R-009: the client cannot state the result', () => {
  const fields: Record<string, string> = {
    amr: 'mfa',
    acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
    auth_time: '9999999999',
    mfa: 'true',
    mfa_verified: 'true',
    mfa_required: 'false',
    mfa_requirements: '{}',
    verified: 'true',
    active: 'true',
    status: 'active',
    proven: 'true',
    reusable: 'true',
    user_id: 'u2',
    sub: 'u2',
    role: 'admin',
    kinds: '[]',
    attempts: '-100',
    transactionId: 'x',
    expiresAt: '99999999999999',
    issuer: 'https://evil.example/',
    __proto__x: 'y',
  };
  const headers = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`x-${name.replaceAll('_', '-')}`, value]),
  );

  test('R-009, B3: 20 members in every body, query and header change no answer and no row', async () => {
    const [without, with_] = [await begin(), await begin()];
    const expected = plain(await flow(without));
    const answers = await flow(with_, (request) => {
      const sent = request.query(fields).set(headers);
      return (request as { method?: string }).method === 'POST' ? sent.send(fields) : sent;
    });
    expect(plain(answers)).toEqual(expected);
    expect(await rows(with_)).toEqual(await rows(without));
  });
});

const hostile: readonly Record<string, string>[] = [
  { Host: 'evil.example' },
  { Host: 'evil.example:443' },
  { Host: 'auth.example.com.evil.example' },
  { Host: 'auth.example.com@evil.example' },
  { Host: '127.0.0.1' },
  { 'X-Forwarded-Host': 'evil.example' },
  { 'X-Forwarded-Host': 'evil.example, auth.example.com' },
  { 'X-Forwarded-Proto': 'http' },
  { 'X-Forwarded-Proto': 'javascript' },
  { 'X-Forwarded-Port': '1' },
  { 'X-Forwarded-Prefix': '/evil' },
  { 'X-Forwarded-Server': 'evil.example' },
  { 'X-Forwarded-For': '10.0.0.1, 127.0.0.1' },
  { Forwarded: 'for=10.0.0.1;host=evil.example;proto=http' },
  { 'X-Original-Host': 'evil.example' },
  { 'X-Original-URL': '/oauth/token' },
  { 'X-Rewrite-URL': '/mfa/authenticators' },
  { 'X-Host': 'evil.example' },
  { 'X-HTTP-Method-Override': 'DELETE' },
  { Referer: 'https://evil.example/' },
  { Via: '1.1 evil.example' },
];

describe('R-103: everything that names the issuer comes from the configuration', () => {
  test('R-103, B26: 21 hostile headers, from the very first request on, change no byte of any answer or message', async () => {
    const calm = await begin();
    const expected = plain(await flow(calm));
    for (const headers of hostile) {
      const t = await begin();
      t.app.set('trust proxy', 100); // the worst that a host can do and still be served
      expect(
        plain(await flow(t, (request) => request.set(headers))),
        JSON.stringify(headers),
      ).toEqual(expected);
      expect(t.messages).toEqual(calm.messages);
    }
  });
});
