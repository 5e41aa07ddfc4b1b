import { promisify } from 'node:util';
import type { Request } from 'express';
import type { Mfa } from '../core/mfa.js';
import { isOpen, type SessionProof } from '../core/session/session-proof.js';
import { sha256 } from '../crypto/secrets.js';
import { configurationError } from '../errors.js';
import type { User } from '../ports/index.js';
import type { BrowserState } from './browser-state.js';

type Callback = (error?: unknown) => void;

/** express-session, cookie-session, or anything of their shape. */
interface HostSession {
  [name: string]: unknown;
  mfa?: BrowserState | undefined;
  regenerate?(done: Callback): unknown;
  save?(done: Callback): unknown;
}

interface WithSession {
  session?: HostSession | null;
  /** Passport's; `_key` is where it keeps its user. */
  _sessionManager?: { readonly _key?: string };
  logIn?(user: User, done: Callback): void;
  logout?(done: Callback): void;
}

const SEEN_EVERY_MS = 60_000;

/**
 * The host's session.
 *
 * @throws TypeError `ERR_MFA_SESSION` when no session middleware ran before
 */
function sessionOf(request: Request): HostSession {
  const { session } = request as unknown as WithSession;
  if (session) return session;
  throw configurationError(
    'ERR_MFA_SESSION',
    'request.session',
    'mount express-session or cookie-session before express-mfa',
  );
}

export const hasSession = (request: Request): boolean =>
  Boolean((request as unknown as WithSession).session);

/** What this session holds of ours. */
export const stateOf = (request: Request): BrowserState => sessionOf(request).mfa ?? {};

/** Changes what the session holds of ours; what is undefined goes. Stored when the promise resolves. */
export async function changeState(request: Request, change: BrowserState): Promise<void> {
  const session = sessionOf(request);
  const entries = Object.entries({ ...session.mfa, ...change });
  session.mfa = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  await saved(request);
}

async function saved(request: Request): Promise<void> {
  const session = sessionOf(request);
  if (session.save) await promisify(session.save.bind(session))();
}

/**
 * A new session with a new id and nothing in it but this: nobody who knew the old id gets in (security.md R-110).
 * cookie-session has no ids: there the whole content is replaced.
 */
export async function renewSession(request: Request, state: BrowserState): Promise<void> {
  const session = sessionOf(request);
  if (session.regenerate) await promisify(session.regenerate.bind(session))();
  else (request as unknown as WithSession).session = null;
  if (!hasSession(request)) (request as unknown as { session: unknown }).session = {};
  await changeState(request, state);
}

/** What opens a session. */
export interface Opening {
  /** As `users.findById` gave it: what Passport serializes. */
  readonly user: User;
  /** What it holds of ours, the proof among it. */
  readonly state: BrowserState;
  /** The session was this user's already: what the host keeps in it stays. Default false. */
  readonly keep?: boolean | undefined;
}

/** Opens the session for good: a new one, with Passport's login where the host has Passport. */
export async function openSession(
  request: Request,
  { user, state, keep = false }: Opening,
): Promise<void> {
  withRegenerate(request);
  const { cookie: _, passport: __, mfa: ___, ...kept } = keep ? { ...sessionOf(request) } : {};
  const { logIn } = request as unknown as WithSession;
  if (logIn)
    await promisify(logIn.bind(request, user))(); // makes a new session itself
  else await renewSession(request, {});
  Object.assign(sessionOf(request), kept);
  await changeState(request, { ...state, passport: passportIn(request) });
}

/** Digest of what Passport keeps of its user in this session; undefined when nobody is logged in by it. */
export function passportIn(request: Request): string | undefined {
  const { _sessionManager } = request as unknown as WithSession;
  const kept = sessionOf(request)[_sessionManager?._key ?? 'passport'];
  const { user } = (kept ?? {}) as { readonly user?: unknown };
  return user === undefined ? undefined : sha256(JSON.stringify(user, inOrder));
}

/** Stores may give the members of an object back in another order. */
const inOrder = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Ends the login of this browser, ours and Passport's; the session that follows has a new id and nothing in it. */
export async function closeSession(request: Request): Promise<void> {
  const host = request as unknown as WithSession;
  const hasId = sessionOf(request).regenerate !== undefined;
  withRegenerate(request);
  if (host.logout) await promisify(host.logout.bind(request))();
  const session = sessionOf(request);
  if (session.regenerate) await promisify(session.regenerate.bind(session))();
  if (!hasId) host.session = null; // cookie-session keeps the old cookie when there is nothing new to write
}

/** What the session has proved, if it is still open. No round trip. */
export function proofOf(mfa: Mfa, request: Request): SessionProof | undefined {
  if (!hasSession(request)) return undefined;
  const { proof, passport } = stateOf(request);
  if (!proof || passport !== passportIn(request)) return undefined; // somebody else logged in here since
  return isOpen(mfa, proof) ? proof : undefined;
}

/** Notes that the session is in use, once a minute. */
export async function keepOpen(mfa: Mfa, request: Request, proof: SessionProof): Promise<void> {
  const now = mfa.clock.now();
  if (now - proof.seen >= SEEN_EVERY_MS)
    await changeState(request, { proof: { ...proof, seen: now } });
}

/** Passport 0.6 and later calls both; cookie-session has neither. They are not stored: they cannot be enumerated. */
export function withRegenerate(request: Request): void {
  const host = request as unknown as WithSession & { session: unknown };
  const session = sessionOf(request);
  if (session.regenerate) return;
  const define = (name: string, value: unknown) =>
    Object.defineProperty(host.session, name, { value, configurable: true });
  define('save', (done: Callback) => done());
  define('regenerate', (done: Callback) => {
    host.session = null;
    host.session = {};
    withRegenerate(request);
    done();
  });
}
