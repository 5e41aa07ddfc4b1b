import type { Proven } from '../core/session-login.js';
import { changeState } from '../http/browser-session.js';
import type { Request } from '../http/express-types.js';
import { provenState } from '../http/proven-session.js';

type Done = (error?: unknown) => void;
type LogIn = (user: object, options: unknown, done?: Done) => void;

/**
 * Passport opens a new session after the strategy is done, and drops what was in the old one. The proof goes into the new
 * one, before anybody hears that the login is through.
 */
export function bindProof(request: Request, proven: Proven): void {
  const host = request as unknown as { logIn?: LogIn; login?: LogIn };
  const logIn = host.logIn ?? host.login;
  if (!logIn) return;
  const state = provenState(request, proven);
  const bound: LogIn = function (this: unknown, user, options, done) {
    const finish = (typeof options === 'function' ? options : done) as Done;
    const after: Done = (error) => {
      if (error) return finish(error);
      changeState(request, state).then(() => finish(), finish);
    };
    if (typeof options === 'function') logIn.call(this, user, after);
    else logIn.call(this, user, options, after);
  };
  host.logIn = bound;
  host.login = bound;
}
