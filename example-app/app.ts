import express, { type Express } from 'express';
import {
  authorizeRouter,
  createMfa,
  discoveryRouter,
  email,
  importAuthenticators,
  type Mfa,
  type MfaKeys,
  mfaRouter,
  oauthRouter,
  oob,
  otp,
  recoveryCode,
  type Stores,
  sms,
  voice,
} from 'express-mfa';
import { outboxSender, webhookSender } from 'express-mfa/adapters/senders';
import { pagesRouter } from 'express-mfa/pages';
import type { Store } from 'express-session';
import { closeUnread } from './bounded-body.js';
import type { Config } from './config.js';
import { failed, notFound } from './failed.js';
import { logEvent } from './log.js';
import { exampleLogin, RETURN_TO } from './login.js';
import { outboxRouter } from './outbox.js';
import { health } from './readiness.js';
import { exampleClients, type Seed } from './seed.js';
import { exampleSessions } from './sessions.js';
import { exampleSite } from './site.js';
import { exampleUsers } from './users.js';
import { whoami } from './whoami.js';

/** The app, and what its server does with it. */
export interface ExampleApp {
  readonly app: Express;
  /** Authenticators of the seed file. */
  importSeed(): Promise<void>;
  /** Resolves when nothing goes on in the background any more. */
  settled(): Promise<void>;
}

/**
 * The whole example: this app's users, clients and message provider, and express-mfa mounted over them. Nothing is
 * asked of the database until `importSeed`.
 */
export async function exampleApp(options: {
  readonly config: Config;
  readonly issuer: string;
  readonly keys: MfaKeys;
  readonly stores: Stores;
  readonly sessions: Store;
  readonly seed: Seed;
  readonly stopping: AbortSignal;
}): Promise<ExampleApp> {
  const { config, issuer, keys, stores, sessions, seed, stopping } = options;
  const outbox = config.webhookUrl === undefined ? outboxSender() : undefined;
  const send = outbox ?? webhookSender({ url: config.webhookUrl as string });
  const { countries } = config;

  const users = await exampleUsers(seed.users);

  const mfa = createMfa({
    issuer,
    keys,
    stores,
    users,
    clients: exampleClients(seed.clients),
    apis: seed.apis,
    authenticators: [
      otp({ issuer: 'Example' }),
      oob({ channels: [sms({ send, countries }), voice({ send, countries }), email({ send })] }),
      recoveryCode(),
    ],
    policy: () => (config.policy === 'always' ? 'enroll' : 'none'),
    notices: send, // what changed about an account, to its owner
    onEvent: logEvent,
  });

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  app.use(closeUnread);

  app.use('/oauth', oauthRouter(mfa)); // POST /oauth/token
  app.use('/mfa', mfaRouter(mfa)); // POST /associate and /challenge, GET and DELETE /authenticators
  app.use('/.well-known', discoveryRouter(mfa, { authorize: '/' })); // openid-configuration, jwks.json

  app.get('/healthz', health(mfa, stopping));
  if (outbox) app.use('/dev', outboxRouter(outbox, stopping));

  // From here on there are people at browsers: a session, this app's login and pages, and the library's behind them.
  const secure = config.tls !== undefined || (config.trustProxy !== false && isHttps(issuer));
  const login = exampleLogin(mfa, users);
  app.use(exampleSessions({ store: sessions, keys, secure }), login.session);
  app.get('/api/whoami', whoami(mfa));
  app.use(login.routes);
  app.use(
    pagesRouter(mfa, { loginPage: false, returnTo: RETURN_TO, home: '/account', brand: BRAND }),
  );
  app.use(authorizeRouter(mfa));
  app.use(exampleSite(mfa, users, outbox !== undefined));
  app.use(notFound, failed);
  return { app, importSeed: () => importSeed(mfa, seed), settled: () => mfa.settled() };
}

const BRAND = { name: 'Notes & Coins', accent: '#8a3b12', accentDark: '#f0a878' };
const isHttps = (url: string): boolean => url.startsWith('https:');

/** Authenticators of the seed file, for users who have none yet. */
async function importSeed(mfa: Mfa, { users, authenticators }: Seed): Promise<void> {
  for (const user of users) {
    const own = authenticators.filter((it) => it.user_id === user.id);
    const phones = new Set(own.flatMap((it) => ('phone_number' in it ? it.phone_number : [])));
    const factors = [
      ...own.flatMap((it) => (it.type === 'otp' ? { totp: { secret: it.secret } } : [])),
      ...[...phones].map((value) => ({ phone: { value } })), // sms and voice of one phone are one
      ...own.flatMap((it) =>
        it.type === 'email' ? { email: { value: it.email ?? user.email ?? '' } } : [],
      ),
    ];
    if (factors.length > 0) await importAuthenticators(mfa, user.id, factors);
  }
}
