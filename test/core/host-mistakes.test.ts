import express from 'express';
import {
  authorizeRouter,
  createMfa,
  importAuthenticators,
  mfaRouter,
  oob,
  otp,
  recoveryCode,
} from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { pagesRouter } from 'express-mfa/pages';
import session from 'express-session';
import supertest from 'supertest';
import { describe, expect, test } from 'vitest';
import { client, ISSUER, testApp, testHost, testKeys } from '../support/app.js';

const base = async () => ({
  issuer: ISSUER,
  keys: await testKeys(),
  ...testHost(),
  stores: memoryStores(),
  authenticators: [otp({ issuer: 'Example' })],
});

describe('createMfa() refuses what could never work', () => {
  test.each([
    ['stores that were not called', { stores: memoryStores as never }, /memoryStores\(\)/],
    ['a default audience that no API has', { defaultAudience: 'https://x.example/' }, /apis/],
    ['nothing but a recovery code', { authenticators: [recoveryCode()] }, /otp\(\) or oob\(\)/],
    [
      'an API listed twice',
      { apis: [1, 2].map(() => ({ audience: 'https://x.example/', scopes: [] })) },
      /listed already/,
    ],
    ['keys that nobody awaited', { keys: Promise.resolve({}) as never }, /await generateKeys\(\)/],
  ])('%s', async (_name, options, text) => {
    const all = await base();
    expect(() => createMfa({ ...all, ...options })).toThrow(text);
  });

  test('an authenticator type where a channel belongs, and no options at all', () => {
    expect(() => oob({ channels: [otp({ issuer: 'X' })] as never })).toThrow('ERR_MFA_CHANNELS');
    expect(() => oob(undefined as never)).toThrow('ERR_MFA_CHANNELS');
    expect(() => otp(undefined as never)).toThrow('ERR_MFA_OPTION');
    expect(() => mfaRouter(undefined as never)).toThrow('ERR_MFA_ROUTER');
  });
});

describe('a host that answers what is no client', () => {
  test('is told so in the event behind a 500', async () => {
    const clients = { findById: (id: string) => ({ id, token_endpoint_auth_method: 'none' }) };
    const t = await testApp({ clients: clients as never });
    await client(t.app).login().expect(500);
    const cause = t.events.find(({ event }) => event === 'server_error')?.cause;
    expect(String(cause)).toMatch(/tokenEndpointAuthMethod/);
  });
});

describe('a 500 in an app that listens to no events', () => {
  const warnings = async (app: express.Express, path: string) => {
    const heard: string[] = [];
    const hear = ({ message }: Error) => heard.push(message);
    process.on('warning', hear);
    try {
      await supertest(app).get(path).set('Accept', 'text/html').expect(500);
      await new Promise((done) => setImmediate(done));
    } finally {
      process.off('warning', hear);
    }
    return heard.filter((it) => it.startsWith('express-mfa:'));
  };

  test('is a warning that says what to do about a mistake of ours to name', async () => {
    const app = express().use(pagesRouter(createMfa(await base())));
    const [warning, ...more] = await warnings(app, '/login');
    expect(warning).toMatch(/error id \S+: request\.session: mount express-session/);
    expect(more).toEqual([]);
  });

  test('R-141: and that keeps to itself what the code of the host threw', async () => {
    const findById = () => Promise.reject(new Error('select * from secrets'));
    const clients = { findById };
    const mfa = createMfa({ ...(await base()), clients });
    const app = express().use(session({ secret: 'x', resave: false, saveUninitialized: false }));
    app.use(authorizeRouter(mfa));
    const heard = await warnings(app, '/authorize?client_id=x');
    expect(heard).toEqual([expect.stringMatching(/error id \S+; createMfa\(\{ onEvent \}\)/)]);
  });
});

describe('importAuthenticators()', () => {
  test('refuses a kind that no configured type serves: its user could never log in again', async () => {
    const mfa = createMfa(await base());
    const factors = [{ phone: { value: '+15555550123' } }];
    await expect(importAuthenticators(mfa, 'u1', factors)).rejects.toThrow('ERR_MFA_IMPORT');
  });

  test.each([[[{ totp: {} }]], [[null]], [[{ phone: {} }]], [[{}]]])(
    'names the factor that is wrong: %j',
    async (factors) => {
      const { mfa } = await testApp();
      const answer = importAuthenticators(mfa, 'u1', factors as never);
      await expect(answer).rejects.toThrow(/factors\[0\].*ERR_MFA_IMPORT/);
    },
  );
});

describe('a gateway that fails', () => {
  test('R-060: a message that got no answer stays counted for its number, one that failed does not', async () => {
    const t = await testApp();
    const c = client(t.app);
    let calls = 0;
    t.sendWith = async () => {
      calls++;
      throw new Error('the gateway says no');
    };
    const SMS = {
      authenticator_types: ['oob'],
      oob_channels: ['sms'],
      phone_number: '+15555550123',
    };
    const { mfa_token: token } = (await c.login().expect(403)).body;
    for (let i = 0; i < 5; i++) await c.associate(token, SMS).expect(502);
    expect(calls).toBe(5);
    const { SenderError } = await import('express-mfa');
    t.sendWith = async () => {
      calls++;
      throw new SenderError('unanswered', 'the line went dead');
    };
    for (let i = 0; i < 6; i++) await c.associate(token, SMS).expect(502);
    await c.associate(token, SMS).expect(429);
    expect(calls).toBe(11); // two tries for each of the three that are counted
  });
});
