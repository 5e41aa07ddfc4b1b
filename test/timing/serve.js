// The server that is timed: express-mfa twice, once with the users of the example app, who cost a password hash, and
// once with users who cost nothing, so that the library's own differences show.
import { createHash, timingSafeEqual } from 'node:crypto';
import process from 'node:process';
import express from 'express';
import {
  createMfa,
  generateKeys,
  importAuthenticators,
  mfaRouter,
  oauthRouter,
  oob,
  otp,
  recoveryCode,
  sms,
} from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { exampleUsers } from '../../example-app/dist/users.js';
import { ISSUER, numberOf, PASSWORD, phoneOf, SECRET } from './people.js';

const client = { id: 'spa', tokenEndpointAuthMethod: 'none', grantTypes: ['password', 'mfa'] };
const codes = new Map();
const digest = (text) => createHash('sha256').update(text).digest();
const right = digest(PASSWORD);

const quickUsers = {
  findById: (id) => (numberOf(id) === undefined ? undefined : { id }),
  authenticate: (username, password) =>
    timingSafeEqual(digest(password), right) && numberOf(username) !== undefined
      ? { id: username }
      : undefined,
};

async function mount(app, path, users) {
  const send = ({ to, code }) => void codes.set(to, code);
  const mfa = createMfa({
    issuer: ISSUER,
    keys: await generateKeys(),
    users,
    clients: { findById: (id) => (id === client.id ? client : undefined) },
    stores: memoryStores(),
    authenticators: [
      otp({ issuer: 'Example' }),
      oob({ channels: [sms({ send, countries: ['US'] })] }),
      recoveryCode(),
    ],
    shadowBudgets: true, // thousands of messages from one address
  });
  app.use(`${path}/oauth`, oauthRouter(mfa));
  app.use(`${path}/mfa`, mfaRouter(mfa));
  return mfa;
}

const hashed = [1, 2].map((i) => ({ id: `user${i}`, username: `user${i}`, password: PASSWORD }));
const app = express();
const quick = await mount(app, '/quick', quickUsers);
const slow = await mount(app, '/hashed', await exampleUsers(hashed));
for (const { id } of hashed) await importAuthenticators(slow, id, [{ totp: { secret: SECRET } }]);

/** For the controls: an answer that takes 0.3 ms longer when it is asked to. */
app.get('/control/:late', (request, response) => {
  const end = process.hrtime.bigint() + (request.params.late === 'late' ? 300_000n : 0n);
  while (process.hrtime.bigint() < end);
  response.json({ error: 'control' });
});

const requests = {
  enroll: async ({ user }) => {
    const phone = { phone: { value: phoneOf(user) } };
    await importAuthenticators(quick, user, [{ totp: { secret: SECRET } }, phone]);
  },
  code: async ({ user }) => codes.get(phoneOf(user)),
};
const reply = async (message) => process.send({ answer: await requests[message.ask](message) });
process.on('message', (message) => void reply(message));
process.on('disconnect', () => process.exit());
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
