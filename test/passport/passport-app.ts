// An app with Passport over the users and the phone of the wire tests, with each way of keeping sessions.
import cookieSession from 'cookie-session';
import express from 'express';
import { requireMfa } from 'express-mfa';
import {
  AccessTokenStrategy,
  type MfaLoginOptions,
  mfaLogin,
  mfaStrategies,
} from 'express-mfa/passport';
import session from 'express-session';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import supertest from 'supertest';
import {
  enrollPhone,
  type TestApp,
  type TestAppOptions,
  testApp,
  testHost,
} from '../support/app.js';

export type Sessions = 'express-session' | 'cookie-session' | 'none';

/** Stored sessions by id, for tests that look at them or bring an old id back. */
export type SessionStore = session.MemoryStore & { readonly sessions: Record<string, string> };

export interface PassportApp extends TestApp {
  readonly passport: passport.Authenticator;
  readonly sessionStore: SessionStore;
}

export interface PassportAppOptions extends TestAppOptions {
  readonly sessions?: Sessions;
  readonly mfaLogin?: MfaLoginOptions;
  /** Options of `passport.authenticate('local', …)`. */
  readonly local?: passport.AuthenticateOptions;
  /** What answers a login that is through by its password. */
  readonly through?: express.RequestHandler;
}

const inside: express.RequestHandler = (request, response) => {
  response.json({ in: (request.user as { id: string }).id });
};

const host = testHost();

export const ANN = { username: 'ann@example.com', password: 'correct horse' };
export const BOB = { username: 'bob@example.com', password: 'battery staple' };

function middleware(sessions: Sessions, store: session.MemoryStore): express.RequestHandler[] {
  if (sessions === 'none') return [];
  if (sessions === 'cookie-session') return [cookieSession({ keys: ['a key'] })];
  return [session({ secret: 'a secret', resave: false, saveUninitialized: false, store })];
}

export async function passportApp(options: PassportAppOptions = {}): Promise<PassportApp> {
  const {
    sessions = 'express-session',
    mfaLogin: login = {},
    local = {},
    through = inside,
    ...given
  } = options;
  const own = new passport.Passport();
  const sessionStore = new session.MemoryStore() as SessionStore;
  const test = await testApp({
    ...given,
    before: [
      ...middleware(sessions, sessionStore),
      express.json(),
      express.urlencoded({ extended: false }),
      ...(sessions === 'none' ? [] : [own.session()]),
    ],
  });
  own.use(
    new LocalStrategy((name, word, done) =>
      done(null, host.users.authenticate(name, word) ?? false),
    ),
  );
  own.serializeUser((user, done) => done(null, (user as { id: string }).id));
  own.deserializeUser((id: string, done) => done(null, host.users.findById(id) ?? false));
  for (const strategy of mfaStrategies(test.mfa)) own.use(strategy);
  own.use(new AccessTokenStrategy(test.mfa));
  routes(test, own, sessions, { login, local, through });
  return Object.assign(test, { passport: own, sessionStore });
}

function routes(
  { app, mfa }: TestApp,
  own: passport.Authenticator,
  sessions: Sessions,
  {
    login,
    local,
    through,
  }: Required<Pick<PassportAppOptions, 'local' | 'through'>> & { readonly login: MfaLoginOptions },
) {
  const noSession = sessions === 'none' && { session: false };
  app.post(
    '/login',
    own.authenticate('local', { session: false, ...local }),
    mfaLogin(mfa, login),
    through,
  );
  for (const name of ['mfa', 'mfa-otp', 'mfa-oob', 'mfa-recovery-code']) {
    app.post(`/login/${name}`, own.authenticate(name, { ...noSession }), (request, response) => {
      response.json({ in: (request.user as { id: string }).id, info: request.authInfo });
    });
  }
  app.get('/me', (request, response) => {
    const known = request.isAuthenticated?.() ? (request.user as { id: string }).id : null;
    response.status(known === null ? 401 : 200).json({ me: known });
  });
  app.get('/guarded', requireMfa(mfa), (request, response) => {
    response.json(request.auth);
  });
}

/** A browser's cookies, kept by hand, so that tests can bring an old one back. */
export function visitor(app: express.Express) {
  let cookies: Record<string, string> = {};
  const send = async (method: 'get' | 'post', path: string, body?: object, headers = {}) => {
    const request = supertest(app)[method](path).set(headers);
    const cookie = Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    if (cookie) request.set('Cookie', cookie);
    const answer = await request.send(body);
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies[name] = value;
    }
    return answer;
  };
  return {
    get: (path: string, headers = {}) => send('get', path, undefined, headers),
    post: (path: string, body: object = {}, headers = {}) => send('post', path, body, headers),
    cookies: () => ({ ...cookies }),
    /** Goes on with these. */
    carry(others: Record<string, string>) {
      cookies = { ...others };
    },
  };
}

export const HTML = { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' };

/** The password was right; the code from the phone is asked for. */
export async function challenged(test: PassportApp, person = visitor(test.app), who = ANN) {
  const { body } = await person.post('/login', who);
  const asked = await person.post('/mfa/challenge', { mfa_token: body.mfa_token });
  return {
    person,
    mfaToken: body.mfa_token as string,
    proof: { oob_code: asked.body.oob_code as string, binding_code: test.code() },
  };
}

/** Ann has a phone, and this browser is logged in with it. */
export async function loggedIn(options: PassportAppOptions = {}) {
  const test = await passportApp(options);
  const { recoveryCode } = await enrollPhone(test);
  const { person, proof, mfaToken } = await challenged(test);
  const answer = await person.post('/login/mfa', { ...proof, mfa_token: mfaToken });
  test.clock.advance(60);
  return { test, person, answer, recoveryCode };
}
