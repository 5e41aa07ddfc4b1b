// A host in TypeScript: compiles under the strictest settings against the shipped declarations.
import express from 'express';
import {
  type Clients,
  createMfa,
  generateKeys,
  type Mfa,
  type MfaOptions,
  mfaRouter,
  oauthRouter,
  oob,
  otp,
  recoveryCode,
  requireMfa,
  type Sender,
  SenderError,
  sms,
  type User,
  type Users,
} from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { type HostUser, mfaLogin, mfaStrategies } from 'express-mfa/passport';

const ann: User = { id: 'u1', email: 'ann@example.com' };

const users: Users = {
  findById: async (id) => (id === ann.id ? ann : null),
  authenticate: (username, password) =>
    username === 'ann' && password === 'correct horse' ? ann : undefined,
};

const clients: Clients = {
  findById: (id) => ({ id, tokenEndpointAuthMethod: 'none', grantTypes: ['password', 'mfa'] }),
};

const gateway: Sender = {
  async send({ to, text }, { signal }) {
    const body = JSON.stringify({ to, text });
    const answer = await fetch('https://sms.example.com/', { method: 'POST', body, signal });
    if (!answer.ok) throw new SenderError('rejected', `the gateway answered ${answer.status}`);
  },
};

const options: MfaOptions = {
  issuer: 'https://auth.example.com/',
  keys: await generateKeys(),
  users,
  clients,
  stores: memoryStores(),
  authenticators: [
    otp({ issuer: 'Example' }),
    oob({ channels: [sms({ send: gateway, countries: ['US', 'DE'] })] }),
    recoveryCode(),
  ],
};

const mfa: Mfa = createMfa(options);
express().use('/oauth', oauthRouter(mfa)).use('/mfa', mfaRouter(mfa));
express()
  .post('/login', mfaLogin(mfa, { userId: ({ id }) => String(id) }))
  .get('/billing', requireMfa(mfa, { maxAge: 600 }), ({ auth }, response) => {
    response.json({ who: auth?.sub });
  });
for (const { name } of mfaStrategies(mfa)) name.toUpperCase();

// @ts-expect-error whose password alone was right is no user yet
export const early: User = {} as HostUser;

// @ts-expect-error an option that does not exist
createMfa({ ...options, isuer: 'https://auth.example.com/' });
// @ts-expect-error not a configured express-mfa
mfaRouter({});
