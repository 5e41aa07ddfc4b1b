// An app whose people log in in a browser: express-session, a login page of a few lines, and /authorize behind it.
import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { type AuthorizeOptions, authorizeRouter, type Client } from 'express-mfa';
import session from 'express-session';
import supertest, { type Response } from 'supertest';
import { type TestApp, type TestAppOptions, testApp, testClients } from './app.js';
import { enrollOtp, totp } from './attack.js';
import { loginPage } from './login-page.js';

export const CALLBACK = 'https://app.example.com/callback';
export const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
export const MFA_AUDIENCE = 'https://auth.example.com/mfa/';
export const API = 'https://api.example.com/';

const GRANTS = ['authorization_code', 'refresh_token', 'password', 'mfa'];

export const browserClients: readonly Client[] = [
  ...testClients,
  {
    id: 'app',
    tokenEndpointAuthMethod: 'none',
    grantTypes: GRANTS,
    redirectUris: [CALLBACK, 'https://app.example.com/cb?tenant=1'],
    webOrigins: ['https://app.example.com'],
    logoutUris: ['https://app.example.com/bye', 'https://app.example.com/'],
  },
  {
    id: 'site',
    tokenEndpointAuthMethod: 'client_secret_post',
    secret: 'site-secret',
    grantTypes: GRANTS,
    redirectUris: ['https://site.example.com/callback'],
    logoutUris: ['https://site.example.com/'],
  },
  {
    id: 'native',
    tokenEndpointAuthMethod: 'none',
    grantTypes: GRANTS,
    applicationType: 'native',
    redirectUris: [
      'http://127.0.0.1/callback',
      'http://[::1]:8080/cb',
      'com.example.app:/callback',
    ],
  },
  {
    id: 'norefresh',
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code', 'password', 'mfa'],
    redirectUris: [CALLBACK],
  },
  {
    id: 'nocode',
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['password'],
    redirectUris: [CALLBACK],
  },
];

export interface BrowserApp extends TestApp {
  visitor(): Visitor;
}

export interface BrowserOptions extends TestAppOptions {
  readonly authorize?: AuthorizeOptions;
  /** Default express-session. */
  readonly sessions?: RequestHandler;
}

const ordinarySessions = () =>
  session({
    secret: 'a secret of the tests',
    resave: false,
    saveUninitialized: false,
    name: 'sid',
  });

export async function browserApp(options: BrowserOptions = {}): Promise<BrowserApp> {
  const { authorize, sessions = ordinarySessions(), before = [], ...given } = options;
  const test = await testApp({
    clients: {
      findById: (id) => browserClients.find((it) => it.id === id),
      allowsOrigin: (origin) => browserClients.some((it) => it.webOrigins?.includes(origin)),
    },
    paths: { authorize: '/' },
    before: [sessions, ...before],
    ...given,
  });
  test.app.use(authorizeRouter(test.mfa, authorize));
  test.app.use(loginPage(test.mfa, given.seedUsers));
  return Object.assign(test, { visitor: () => visitor(test) });
}

export const pkce = (verifier = 'v'.repeat(43)) => ({
  verifier,
  challenge: createHash('sha256').update(verifier).digest('base64url'),
});

export type Query = Readonly<Record<string, string | undefined>>;

/** A request for a code that nothing is wrong with. */
export const asking = (query: Query = {}): Record<string, string> => {
  const whole = {
    client_id: 'app',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
    ...query,
  };
  return Object.fromEntries(
    Object.entries(whole).filter((it): it is [string, string] => it[1] !== undefined),
  );
};

/** Query and fragment of where a redirect goes. */
export const answerOf = ({ headers }: Response): Record<string, string> =>
  Object.fromEntries(new URL(headers['location'] ?? '', 'https://auth.example.com').searchParams);

export type Visitor = ReturnType<typeof visitor>;

/** One browser, with its cookies. */
export function visitor(test: TestApp) {
  const agent = supertest.agent(test.app);
  const authorize = (query: Query = {}) => agent.get('/authorize').query(asking(query));
  const token = (body: Record<string, unknown>) =>
    agent.post('/oauth/token').send({ client_id: 'app', ...body });
  return {
    agent,
    authorize,
    token,
    me: async () => (await agent.get('/me')).body,
    logIn: (username = 'ann@example.com', password = 'correct horse') =>
      agent.post('/login').send({ username, password }),
    prove: (secret: string) =>
      agent.post('/login/mfa').send({ otp: totp(secret, test.clock.now()) }),
    /** The code of a request that is granted at once. */
    async code(query: Query = {}): Promise<string> {
      const answer = await authorize(query);
      const { code } = answer.headers['location'] ? answerOf(answer) : {};
      if (!code)
        throw new Error(`no code: ${answer.status} ${answer.headers['location']} ${answer.text}`);
      return code;
    },
    exchange: (code: string, body: Record<string, unknown> = {}) =>
      token({
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        code_verifier: pkce().verifier,
        ...body,
      }),
    refresh: (refreshToken: string, body: Record<string, unknown> = {}) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...body }),
  };
}

/** A visitor who is logged in with an authenticator app. */
export async function loggedIn(test: BrowserApp, secret: string): Promise<Visitor> {
  const it = test.visitor();
  await it.logIn().expect(200);
  await it.prove(secret).expect(200);
  return it;
}

/** Ann has an authenticator app, and is logged in with it. */
export async function ann(options: Parameters<typeof browserApp>[0] = {}) {
  const t = await browserApp(options);
  const { secret } = await enrollOtp(t);
  return { t, secret, v: await loggedIn(t, secret) };
}
