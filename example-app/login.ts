import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { type Mfa, OAuthError, type User, type Users } from 'express-mfa';
import { requireFormToken, sameOriginOnly } from 'express-mfa/pages';
import { mfaLogin, mfaStrategies } from 'express-mfa/passport';
import { Passport } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { formBody } from './bounded-body.js';
import { loginPage, siteHeaders } from './site-pages.js';

/** Paths that a login may return to. */
export const RETURN_TO = ['/', '/account', '/account/*', '/authorize'];

/**
 * Passport with this app's own users: the password as ever, then the library. `/login` is this app's page; what
 * follows it under `/login/mfa` is the library's.
 */
export function exampleLogin(mfa: Mfa, users: Users): { session: RequestHandler; routes: Router } {
  const passport = new Passport();
  passport.use(
    new LocalStrategy({ passReqToCallback: true }, (request, username, password, done) => {
      const about = { ip: request.ip ?? '', userAgent: request.headers['user-agent'] };
      const context = { realm: undefined, request: about };
      answer(done, async () => users.authenticate(username, password, context));
    }),
  );
  for (const strategy of mfaStrategies(mfa)) passport.use(strategy);
  passport.serializeUser((user, done) => done(null, (user as User).id));
  passport.deserializeUser((id: string, done) => {
    answer(done, async () => users.findById(id));
  });

  const routes = Router();
  routes.get('/login', siteHeaders, (request, response) => {
    const { returnTo, login_hint: hint } = request.query;
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    response
      .set('Cache-Control', 'no-store')
      .send(loginPage({ returnTo: text(returnTo), username: text(hint) }));
  });
  routes.post(
    '/login',
    siteHeaders,
    sameOriginOnly(mfa),
    ...formBody,
    passport.authenticate('local', { session: false, failWithError: true }),
    mfaLogin(mfa, { returnTo: RETURN_TO }),
    (request, response) => {
      if (request.is('json')) return void response.json({ ok: true });
      const { returnTo } = request.authInfo as { readonly returnTo?: string };
      response.redirect(303, returnTo ?? '/account');
    },
  );
  // For programs that ask for the code by the API; people use the page under the same path.
  routes.post(
    '/login/code',
    sameOriginOnly(mfa),
    ...formBody,
    passport.authenticate('mfa', { failWithError: true }),
    (request, response) => void response.json(request.authInfo),
  );
  routes.use('/login/code', codeRefused);
  routes.post('/logout', ...formBody, ownForm(mfa), (request, response, next) => {
    request.session.destroy((error) => (error ? next(error) : response.redirect(303, '/')));
  });
  routes.use(refused);
  return { session: passport.session(), routes };
}

/**
 * Browsers say with every form where it comes from, and need its token. A program that keeps cookies says nothing, and
 * cannot be led here by a page of somebody else: it may log out without one.
 */
function ownForm(mfa: Mfa): RequestHandler {
  const checked = requireFormToken(mfa);
  return (request, response, next) => {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (origin === undefined && site === undefined) next();
    else checked(request, response, next);
  };
}

type Done = (error: unknown, user?: User | false) => void;

/** Passport wants callbacks, outside of the promise: what they throw is not its failure. */
function answer(done: Done, find: () => Promise<User | null | undefined>): void {
  find().then(
    (user) => setImmediate(done, null, user ?? false),
    (error: unknown) => setImmediate(done, error),
  );
}

/** A code that was wrong, or one too many; `Retry-After` is there already. */
const codeRefused: ErrorRequestHandler = (error, _request, response, next) => {
  if ((error as { name?: string }).name !== 'AuthenticationError') return next(error);
  const { status = 403 } = error as { readonly status?: number };
  const [code, text] =
    status === 429
      ? ['too_many_attempts', 'Too many wrong codes. Wait before you try again.']
      : ['invalid_grant', 'Wrong code, or its login is over.'];
  response
    .status(status)
    .set('Cache-Control', 'no-store')
    .json({ error: code, error_description: text });
};

/** A password that was wrong: 401 for programs, the page once more for people. */
const refused: ErrorRequestHandler = (error, request, response, next) => {
  if (error instanceof OAuthError || (error as { name?: string }).name !== 'AuthenticationError') {
    return next(error);
  }
  const status = Number((error as { status?: number }).status ?? 401);
  const text = 'Wrong username or password.';
  response.status(status).set('Cache-Control', 'no-store');
  if (!request.accepts('html') || request.is('json')) {
    return void response.json({ error: 'access_denied', error_description: text });
  }
  const { username, returnTo } = (request.body ?? {}) as Record<string, unknown>;
  const written = (value: unknown) => (typeof value === 'string' ? value : undefined);
  response.send(
    loginPage({ username: written(username), returnTo: written(returnTo), error: text }),
  );
};
