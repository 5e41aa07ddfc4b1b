import express, { type Express } from 'express';
import { pagesRouter } from 'express-mfa/pages';
import { mfaLogin } from 'express-mfa/passport';
import session from 'express-session';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { type Member, members } from './members.js';
import { mfa } from './mfa.js';

/** An app with passport-local and express-session, as there are many. */
export function membersApp(): Express {
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false }));
  app.use(passport.session());
  app.use(pagesRouter(mfa, { home: '/members', loginPage: false }));

  passport.use(
    new LocalStrategy((username, password, done) => {
      done(null, members.withPassword(username, password) ?? false);
    }),
  );
  passport.serializeUser((member, done) => done(null, (member as Member).id));
  passport.deserializeUser((id: string, done) => done(null, members.byId(id) ?? false));

  app.get('/login', (_request, response) => {
    response.send(`<form method="post">
      <input name="username"> <input name="password" type="password"> <button>Log in</button>
    </form>`);
  });
  app.post(
    '/login',
    passport.authenticate('local', { failureRedirect: '/login', session: false }),
    mfaLogin(mfa),
    (_request, response) => response.redirect('/members'),
  );
  app.get('/members', (request, response) => {
    if (!request.isAuthenticated()) return response.redirect('/login');
    response.send(`Hello ${(request.user as Member).name}`);
  });
  return app;
}
