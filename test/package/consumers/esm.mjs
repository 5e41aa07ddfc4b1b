// A host in JavaScript modules: mounts the routers and asks for a token.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import express from 'express';
import {
  createMfa,
  generateKeys,
  mfaRouter,
  oauthRouter,
  oob,
  otp,
  recoveryCode,
  sms,
} from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { outboxSender } from 'express-mfa/adapters/senders';

const ann = { id: 'u1' };
const web = { id: 'web', tokenEndpointAuthMethod: 'none', grantTypes: ['password', 'mfa'] };
const mfa = createMfa({
  issuer: 'https://auth.example.com/',
  keys: await generateKeys(),
  users: {
    findById: (id) => (id === ann.id ? ann : undefined),
    authenticate: (username, password) =>
      username === 'ann' && password === 'correct horse' ? ann : undefined,
  },
  clients: { findById: (id) => (id === web.id ? web : undefined) },
  stores: memoryStores(),
  authenticators: [
    otp({ issuer: 'Example' }),
    oob({ channels: [sms({ send: outboxSender(), countries: ['US'] })] }),
    recoveryCode(),
  ],
});

const app = express();
app.use('/oauth', oauthRouter(mfa));
app.use('/mfa', mfaRouter(mfa));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');

const answer = await fetch(`http://127.0.0.1:${server.address().port}/oauth/token`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    grant_type: 'password',
    client_id: 'web',
    username: 'ann',
    password: 'correct horse',
  }),
});
server.close();
assert.equal(answer.status, 403);
assert.equal((await answer.json()).error, 'mfa_required');
console.log('works');
