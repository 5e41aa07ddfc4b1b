import { createHmac } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { MfaKeys } from 'express-mfa';
import session, { type Store } from 'express-session';
import { BoundedSessions } from './bounded-sessions.js';
import { EndedSessions } from './ended-sessions.js';

const DAY = 86_400_000;

/** Over https the name binds the cookie to this host and to https; http on a laptop cannot have that. */
const nameOf = (secure: boolean) => (secure ? '__Host-session' : 'session');

/**
 * The sessions of this app. The library keeps what it needs in them, beside what the app and Passport keep.
 *
 * @param secure - whether browsers come over https
 */
export function exampleSessions(options: {
  readonly store: Store;
  readonly keys: MfaKeys;
  readonly secure: boolean;
}): RequestHandler {
  const { store, keys, secure } = options;
  const { current, previous = [] } = keys.pepper;
  return session({
    name: nameOf(secure),
    store: new BoundedSessions(new EndedSessions(store)),
    secret: [current, ...previous].map(({ secret }) =>
      createHmac('sha256', secret).update('example session').digest('base64url'),
    ),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: DAY },
  });
}
