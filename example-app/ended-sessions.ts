import session, { type SessionData, type Store } from 'express-session';

/** Longer than a session that is saved once more after its end. */
const REMEMBERED_MS = 2 * 86_400_000;

type Done<T> = (error?: unknown, value?: T) => void;

/**
 * A store in which a session that has ended stays ended. express-session saves whole sessions: a request that had loaded
 * one before the logout, and changes it after, would bring it back to life, and whoever stole it could see to that.
 * So its end is noted beside it, first, and looked at with every session.
 */
export class EndedSessions extends session.Store {
  private readonly inner: Store;

  constructor(inner: Store) {
    super();
    this.inner = inner;
  }

  override get(id: string, done: Done<SessionData | null>): void {
    answer(done, async () => {
      const [found, ended] = await Promise.all([this.kept(id), this.kept(endOf(id))]);
      return ended ? null : found;
    });
  }

  override set(id: string, data: SessionData, done: Done<void> = () => {}): void {
    this.inner.set(id, data, done);
  }

  /** Of one that was never kept there is nothing to note. */
  override destroy(id: string, done: Done<void> = () => {}): void {
    answer(done, async () => {
      if (!(await this.kept(id))) return;
      const expires = new Date(Date.now() + REMEMBERED_MS);
      const note = { cookie: { originalMaxAge: REMEMBERED_MS, expires } };
      await promised<void>((noted) => this.inner.set(endOf(id), note, noted));
      await promised<void>((gone) => this.inner.destroy(id, gone));
    });
  }

  override touch(id: string, data: SessionData, done: Done<void> = () => {}): void {
    if (this.inner.touch) this.inner.touch(id, data, done as () => void);
    else done();
  }

  private kept(id: string): Promise<SessionData | null | undefined> {
    return promised((found) => this.inner.get(id, found));
  }
}

const endOf = (id: string): string => `ended ${id}`;

const promised = <T>(ask: (done: Done<T | null>) => unknown): Promise<T | null | undefined> =>
  new Promise((resolve, reject) => {
    ask((error, value) => (error ? reject(error) : resolve(value)));
  });

/** Express-session wants callbacks, outside of the promise: what they throw is not the store's failure. */
function answer<T>(done: Done<T>, work: () => Promise<T | undefined>): void {
  work().then(
    (value) => setImmediate(done, undefined, value),
    (error: unknown) => setImmediate(done, error),
  );
}
