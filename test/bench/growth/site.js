/** express-mfa on one of the databases, behind a port of its own. */
import { once } from 'node:events';
import express from 'express';
import { createMfa, mfaRouter, oauthRouter, oob, otp, recoveryCode, sms } from 'express-mfa';
import { postgresStores } from 'express-mfa/adapters/postgres';
import { openConnection } from '../connection.js';
import { CLIENT_ID, ISSUER, phoneOf as realPhoneOf, SENDS, users } from '../fixtures.js';

const client = { id: CLIENT_ID, tokenEndpointAuthMethod: 'none', grantTypes: ['password', 'mfa'] };

/**
 * @param options.purging whether the routers purge: they must not remove what is being measured
 * @param options.clock the time of the site, unless it is the machine's
 * @param options.phoneOf the number of a user
 * @param options.stores where it stores, unless in the database alone
 * @param options.more other options of `createMfa()`
 */
export async function openSite(database, keys, options = {}) {
  const { purging = false, clock, phoneOf = realPhoneOf, more } = options;
  const stores = options.stores ?? postgresStores(database.pool);
  const codes = new Map();
  const failures = [];
  const mfa = createMfa({
    issuer: ISSUER,
    keys,
    users,
    clients: { findById: async (id) => (id === CLIENT_ID ? client : undefined) },
    stores: purging ? stores : (issuer) => ({ ...stores(issuer), purge: async () => 0 }),
    authenticators: [
      otp({ issuer: 'Example' }),
      oob({
        channels: [sms({ send: async ({ to, code }) => codes.set(to, code), countries: ['US'] })],
      }),
      recoveryCode(),
    ],
    onEvent: ({ event, cause }) => event.endsWith('.failed') && failures.push(cause),
    sends: SENDS,
    ...(clock ? { clock } : {}),
    ...more,
  });
  const app = express();
  app.use('/oauth', oauthRouter(mfa));
  app.use('/mfa', mfaRouter(mfa));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    database,
    mfa,
    phoneOf,
    /** What failed behind the requests, such as a purge. */
    failures,
    connect: () => openConnection(server.address().port),
    /** The code in the last message to a user, read once. */
    takeCode(user) {
      const code = codes.get(phoneOf(user));
      codes.delete(phoneOf(user));
      return code;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
