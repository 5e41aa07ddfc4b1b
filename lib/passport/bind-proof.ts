import type { Proven } from '../core/session/session-login.js';
import {
  changeState,
  passportIn,
  renewSession,
  stateOf,
  withRegenerate,
} from '../http/browser-session.js';
import type { BrowserState } from '../http/browser-state.js';
import type { Request } from '../http/express-types.js';
import { provenState } from '../http/proven-session.js';

type Done = (error?: unknown) => void;

interface LogInOptions {
  readonly session?: boolean;
  readonly keepSessionInfo?: boolean;
}

type LogIn = (user: object, options: LogInOptions, done: Done) => void;

/** A request that Passport has seen. */
interface WithLogIn {
  logIn?: LogIn;
  login?: LogIn;
  readonly _sessionManager?: unknown;
}

/**
 * Passport opens a new session after the strategy is done, and drops what was in the old one. The proof goes into the new
 * one, before anybody hears that the login is through. A session that was this user's already keeps what the host has in
 * it. Without Passport's own session (`session: false`) there is a new one of the host's all the same (security.md R-110).
 *
 * @throws OAuthError when the proof is not this session's
 */
export function bindProof(request: Request, proven: Proven): void {
  const host = request as unknown as WithLogIn;
  const logIn = host.logIn ?? host.login;
  if (!logIn) return;
  withRegenerate(request);
  const state = provenState(request, proven);
  const keepSessionInfo = stateOf(request).proof?.sub === proven.user.id;
  const bound = (user: object, given: LogInOptions | Done, last?: Done) => {
    const [options, done] =
      typeof given === 'function' ? [{}, given] : [given ?? {}, last ?? (() => undefined)];
    host.logIn = logIn; // once: a later login is none of ours
    host.login = logIn;
    const hasPassport = options.session !== false && host._sessionManager !== undefined;
    logIn.call(
      request,
      user,
      { ...options, ...(keepSessionInfo && { keepSessionInfo }) },
      (error) => {
        if (error || user !== proven.user) return done(error);
        void settle(opened(request, state, hasPassport), done);
      },
    );
  };
  host.logIn = bound as LogIn;
  host.login = bound as LogIn;
}

async function opened(request: Request, state: BrowserState, hasPassport: boolean): Promise<void> {
  if (hasPassport) await changeState(request, { ...state, passport: passportIn(request) });
  else await renewSession(request, state);
}

async function settle(work: Promise<void>, done: Done): Promise<void> {
  let failure: unknown;
  try {
    await work;
  } catch (error) {
    failure = error;
  }
  done(failure);
}
