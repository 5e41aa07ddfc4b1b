// the code flow when a port of the host fails or answers nonsense, and when a request states its result.
import express from 'express';
import {
  authorizeRouter,
  type Client,
  type PolicyAnswer,
  type Store,
  type User,
} from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import express4 from 'express4';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { testHost } from '../support/app.js';
import { enrollOtp } from '../support/attack.js';
import {
  answerOf,
  asking,
  browserApp,
  browserClients,
  CALLBACK,
  loggedIn,
} from '../support/browser.js';
import { OFFLINE, offline } from '../support/offline.js';

const kinds = {
  throws: () => {
    throw new Error('fault');
  },
  rejects: () => Promise.reject(new Error('fault')),
  'is undefined': () => undefined,
  'is null': () => null,
  'is {}': () => ({}),
  'is true': () => true,
} as const;

const ports = ['load', 'commit', 'reserve', 'findById', 'client', 'policy'] as const;
type Port = (typeof ports)[number];

/** A host whose ports can be broken, one at a time. */
async function breakable() {
  let fault: { readonly port: Port; readonly kind: keyof typeof kinds } | undefined;
  const faulty =
    <A extends readonly unknown[], R>(port: Port, real: (...given: A) => R) =>
    (...given: A): R =>
      fault?.port === port ? (kinds[fault.kind]() as R) : real(...given);
  const stores = memoryStores();
  const o = await offline({
    stores: (issuer) => {
      const store: Store = stores(issuer);
      const broken = ['load', 'commit', 'reserve'] as const;
      const methods = broken.map((name) => [name, faulty(name, store[name] as () => never)]);
      return { ...store, ...Object.fromEntries(methods) };
    },
    users: {
      ...testHost().users,
      findById: faulty('findById', (id: string): User | undefined => testHost().users.findById(id)),
    },
    clients: {
      findById: faulty('client', (id: string) => browserClients.find((it) => it.id === id)),
    },
    policy: faulty('policy', (): PolicyAnswer => 'enroll'),
  });
  return {
    o,
    break: (port: Port, kind: keyof typeof kinds) => (fault = { port, kind }),
    mend: () => (fault = undefined),
  };
}

const tokensIn = (text: string) => /"(access|id|refresh)_token"/.test(text);

describe.each(ports)('R-010: %s', (port) => {
  test.each(Object.keys(kinds) as (keyof typeof kinds)[])('%s', async (kind) => {
    const b = await breakable();
    const { v } = b.o;
    const query = { scope: OFFLINE, audience: 'https://api.example.com/' };
    const { refresh_token: token } = (await v.exchange(await v.code(query)).expect(200)).body;
    const code = await v.code(query);

    b.break(port, kind);
    const asked = await v.authorize(query);
    const needed = { commit: false, reserve: false }[port as string] ?? true; // a code takes neither
    if (needed) expect(asked.headers['location'] ?? '').not.toMatch(/[?&]code=/);
    expect(asked.text + (asked.headers['location'] ?? '')).not.toMatch(/fault|at .*\.ts:/);
    const exchanged = await v.exchange(code);
    if (port !== 'policy' && !(port === 'commit' && kind === 'is true')) {
      expect(tokensIn(exchanged.text)).toBe(false);
      expect(exchanged.status).toBeGreaterThanOrEqual(400);
    }
    const refreshed = await v.refresh(token);
    if (port !== 'reserve' && !(port === 'commit' && kind === 'is true')) {
      expect(tokensIn(refreshed.text)).toBe(false);
      expect(refreshed.status).toBeGreaterThanOrEqual(400);
    }
    b.mend();
    expect(answerOf(await v.authorize(query))['code']).toBeDefined();
  });
});

describe('R-010: a text where a list belongs', () => {
  const app = browserClients.find(({ id }) => id === 'app') as Client;
  const wrong = (member: Partial<Record<keyof Client, unknown>>) =>
    browserApp({ clients: { findById: () => ({ ...app, ...member }) as Client } });

  test.each([
    [
      'redirectUris',
      { redirectUris: CALLBACK },
      '/authorize',
      { redirect_uri: 'https://app.example' },
    ],
    ['webOrigins', { webOrigins: 'https://app.example.com' }, '/authorize', {}],
    [
      'logoutUris',
      { logoutUris: 'https://app.example.com/bye' },
      '/v2/logout',
      { returnTo: 'https://app.example' },
    ],
    ['entries that are none', { redirectUris: [null, 1] }, '/authorize', {}],
  ])('%s', async (_, member, path, query) => {
    const t = await wrong(member);
    const answer = await t
      .visitor()
      .agent.get(path)
      .query({ ...asking(), ...query });
    expect([answer.status, answer.headers['location']]).toEqual([500, undefined]);
    const cause = t.events.find(({ event }) => event === 'server_error')?.cause;
    expect(String(cause)).toMatch(/a list of strings/);
  });
});

test('R-009: what a request states of its own result changes nothing', async () => {
  const t = await browserApp({ policy: () => 'none' });
  const v = t.visitor();
  await v.logIn().expect(200);
  const claims = {
    amr: 'mfa',
    acr: 'mfa',
    auth_time: '1',
    sub: 'u2',
    user_id: 'u2',
    mfa: 'true',
    epoch: '9',
  };
  const code = await v.code({ ...claims });
  const { body } = await v
    .exchange(code, { ...claims, nonce: 'n', scope: 'openid enroll' })
    .expect(200);
  expect(body.scope).toBe('openid');
  const id = decodeJwt(body.id_token);
  expect(id).toMatchObject({ sub: 'u1', amr: ['pwd'] });
  expect(id).not.toHaveProperty('acr');
  expect(id).not.toHaveProperty('nonce');
});

test('our own client of sessions is nobody', async () => {
  const t = await browserApp();
  const answer = await t.visitor().authorize({ client_id: 'urn:express-mfa:session' });
  expect(answer.status).toBe(400);
});

describe('wherever it is mounted', () => {
  const frameworks = { 'Express 5': express, 'Express 4': express4 as unknown as typeof express };

  test.each(Object.entries(frameworks))(
    '%s, behind parsers and below a path',
    async (_, framework) => {
      const t = await browserApp({
        framework,
        before: [framework.json(), framework.urlencoded({ extended: true })],
      });
      const { secret } = await enrollOtp(t);
      const v = await loggedIn(t, secret);
      await v.exchange(await v.code()).expect(200);
      const posted = await v.agent.post('/authorize/').type('form').send(asking());
      expect(answerOf(posted)['code']).toBeDefined();

      const below = framework().use(authorizeRouter(t.mfa, { login: '/sign-in' }));
      t.app.use('/id', below);
      const answer = await t.visitor().agent.get('/id/authorize').query(asking());
      expect(answer.headers['location']).toMatch(/^\/sign-in\?returnTo=%2Fid%2Fauthorize%3F/);
      expect((await v.agent.get('/id/nothing')).status).toBe(404);
    },
  );

  test('options that are none are refused at start', async () => {
    const { mfa } = await browserApp();
    const refused = (options: object) => () => authorizeRouter(mfa, options);
    expect(refused({ logn: '/login' })).toThrow('ERR_MFA_UNKNOWN_OPTION');
    for (const login of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'login',
      '/login?x=1',
      1,
    ]) {
      expect(refused({ login })).toThrow('ERR_MFA_OPTION');
    }
    expect(() => authorizeRouter({} as never)).toThrow('ERR_MFA_ROUTER');
  });

  test('an app that trusts every proxy is not served', async () => {
    const t = await browserApp();
    t.app.set('trust proxy', true);
    const answer = await t.visitor().authorize();
    expect([answer.status, answer.headers['location']]).toEqual([500, undefined]);
  });
});
