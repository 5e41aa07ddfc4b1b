import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { type Person, people } from './people.js';

export const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(session({ secret: 'a secret', resave: false, saveUninitialized: false }));
app.use(passport.session());

passport.use(
  new Strategy((name, word, done) => done(null, people.byPassword(name, word) ?? false)),
);
passport.serializeUser((user, done) => done(null, (user as Person).id));
passport.deserializeUser((id: string, done) => done(null, people.byId(id) ?? false));

const signedIn: express.RequestHandler = (request, response, next) =>
  request.isAuthenticated() ? next() : response.redirect('/login');

app.get('/login', (_request, response) => {
  response.send(
    '<form method="post"><input name="username"><input name="password" type="password"><button>Log in</button></form>',
  );
});
app.post(
  '/login',
  passport.authenticate('local', { failureRedirect: '/login' }),
  (_request, response) => response.redirect('/'),
);
app.post('/logout', (request, response, next) => {
  request.logout((error) => (error ? next(error) : response.redirect('/login')));
});

app.get('/', signedIn, (request, response) => {
  response.send(`Hello, ${(request.user as Person).name}`);
});
app.get('/billing', signedIn, (_request, response) => {
  response.send('Your bills');
});
