/** express-mfa as its README mounts it. */
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
import { CLIENT_ID, ISSUER, outboxSender, SENDS, users } from './fixtures.js';
import { outbox, serve } from './serve.js';

const client = { id: CLIENT_ID, tokenEndpointAuthMethod: 'none', grantTypes: ['password', 'mfa'] };

const mfa = createMfa({
  issuer: ISSUER,
  keys: await generateKeys(),
  users,
  clients: { findById: async (id) => (id === CLIENT_ID ? client : undefined) },
  stores: memoryStores(),
  sends: SENDS,
  authenticators: [
    otp({ issuer: 'Example' }),
    oob({ channels: [sms({ send: outboxSender(outbox), countries: ['US'] })] }),
    recoveryCode(),
  ],
});

const app = express();
app.use('/oauth', oauthRouter(mfa));
app.use('/mfa', mfaRouter(mfa));

serve(app);
