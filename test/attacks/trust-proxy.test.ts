// whose address a request has, is not for the request to say.
import express from 'express';
import type { RequestInfo } from 'express-mfa';
import express4 from 'express4';
import { describe, expect, test } from 'vitest';
import { client, type TestApp, testApp } from '../support/app.js';

type Setting = boolean | number | string | ((address: string, hop: number) => boolean);

async function app(setting: Setting, framework = express) {
  const seen: RequestInfo[] = [];
  const authenticate = (
    _name: string,
    _password: string,
    { request }: { request: RequestInfo },
  ) => {
    seen.push(request);
    return undefined;
  };
  const users = { findById: () => undefined, authenticate };
  const t: TestApp = await testApp({ users, framework });
  t.app.set('trust proxy', setting);
  return { t, seen };
}

const everyone: readonly (readonly [string, Setting])[] = [
  ['true', true],
  ['every IPv4 address', '0.0.0.0/1, 128.0.0.0/1'],
  ['every IPv6 address', '::/1, 8000::/1'],
  ['a function that says yes', () => true],
  ['more hops than there are', 10_000],
];
const proxies: readonly (readonly [string, Setting])[] = [
  ['false', false],
  ['one hop', 1],
  ['loopback', 'loopback'],
  ['private networks', 'loopback, linklocal, uniquelocal'],
  ['a range', '10.0.0.0/8'],
];

describe('R-029, R-143: an app that trusts every proxy', () => {
  test.each(everyone)(
    'R-029, R-143: by %s is not served, and the log says why',
    async (_name, setting) => {
      const { t, seen } = await app(setting);
      for (let i = 0; i < 2; i++) {
        const { status, body } = await client(t.app).login();
        expect([status, body.error]).toEqual([500, 'server_error']);
      }
      expect(seen).toEqual([]);
      const failed = t.events.filter(({ event }) => event === 'server_error');
      const causes = failed.map(({ cause }) => (cause as { code?: string } | undefined)?.code);
      expect(causes).toEqual(['ERR_MFA_TRUST_PROXY', 'ERR_MFA_TRUST_PROXY']);
      t.app.set('trust proxy', 1); // put right, it is served
      expect((await client(t.app).login()).status).toBe(403);
    },
  );

  test('R-029: in Express 4 too, and when it is set later', async () => {
    const { t } = await app(false, express4 as unknown as typeof express);
    expect((await client(t.app).login()).status).toBe(403);
    t.app.set('trust proxy', true);
    expect((await client(t.app).login()).status).toBe(500);
  });

  test.each(proxies)('R-029: one that names its proxies is: %s', async (_name, setting) => {
    const { t, seen } = await app(setting);
    expect((await client(t.app).login()).status).toBe(403);
    expect(seen).toHaveLength(1);
  });
});

describe('R-029: the address of a client', () => {
  test('R-029: is the one of its connection, whatever 200 headers say', async () => {
    const { t, seen } = await app(false);
    const names = [
      'X-Forwarded-For',
      'Forwarded',
      'X-Real-IP',
      'CF-Connecting-IP',
      'True-Client-IP',
    ];
    for (let i = 0; i < 200; i++) {
      const value = `203.0.113.${i}`;
      const name = names[i % names.length] as string;
      await client(t.app)
        .login()
        .set(name, name === 'Forwarded' ? `for=${value}` : value);
    }
    const addresses = new Set(seen.map(({ ip }) => ip.replace('::ffff:', '')));
    expect([...addresses]).toEqual(['127.0.0.1']);
  });

  test('R-029: behind one proxy is what that proxy says, not what the client told it', async () => {
    const { t, seen } = await app(1);
    await client(t.app).login().set('X-Forwarded-For', '198.51.100.7, 203.0.113.9');
    expect(seen.at(-1)?.ip).toBe('203.0.113.9');
  });
});
