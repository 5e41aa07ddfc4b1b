import { OAuthError } from 'express-mfa';
import session, { type SessionData, type Store } from 'express-session';

/** As long as the library waits for its own stores. */
const LONGEST_MS = 2_500;

type Done<T> = (error?: unknown, value?: T) => void;

/**
 * A store of sessions that answers in time: one that fails or hangs, as a Redis that is stopped, makes the request a 503
 * and nobody waits for it.
 */
export class BoundedSessions extends session.Store {
  private readonly inner: Store;

  constructor(inner: Store) {
    super();
    this.inner = inner;
  }

  override get(id: string, done: Done<SessionData | null>): void {
    inTime(done, (answer) => this.inner.get(id, answer));
  }

  override set(id: string, data: SessionData, done: Done<void> = () => {}): void {
    inTime(done, (answer) => this.inner.set(id, data, answer));
  }

  override destroy(id: string, done: Done<void> = () => {}): void {
    inTime(done, (answer) => this.inner.destroy(id, answer));
  }

  override touch(id: string, data: SessionData, done: Done<void> = () => {}): void {
    const { inner } = this;
    if (inner.touch) inTime(done, (answer) => inner.touch?.(id, data, answer));
    else done();
  }
}

function inTime<T>(done: Done<T>, ask: (answer: Done<T>) => unknown): void {
  let isOver = false;
  const answer: Done<T> = (error, value) => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    if (error) done(unavailable(error));
    else done(undefined, value);
  };
  const late = () => answer(new Error(`the sessions took longer than ${LONGEST_MS} ms`));
  const timer = setTimeout(late, LONGEST_MS);
  try {
    ask(answer);
  } catch (error) {
    answer(error);
  }
}

const unavailable = (cause: unknown): OAuthError =>
  new OAuthError(503, 'temporarily_unavailable', 'The service cannot answer at the moment.', {
    headers: { 'Retry-After': '5' },
    cause,
  });
