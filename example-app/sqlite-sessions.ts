import type { SqliteDatabase } from 'express-mfa/adapters/sqlite';
import session, { type SessionData } from 'express-session';

const DAY = 86_400_000;
const SWEEP = 600_000;

type Done<T> = (error: unknown, value?: T) => void;

/** Sessions of one process in the embedded database, so that a restart logs nobody out. */
export class SqliteSessions extends session.Store {
  private readonly database: SqliteDatabase;
  private sweptAt = 0;

  constructor(database: SqliteDatabase) {
    super();
    this.database = database;
    database.exec(
      'CREATE TABLE IF NOT EXISTS example_session (id TEXT PRIMARY KEY, data TEXT NOT NULL, expires INTEGER NOT NULL)',
    );
  }

  override get(id: string, done: Done<SessionData | null>): void {
    answer(done, () => {
      const found = this.database
        .prepare('SELECT data FROM example_session WHERE id = ? AND expires > ?')
        .all(id, Date.now())[0] as { readonly data: string } | undefined;
      return found ? JSON.parse(found.data) : null;
    });
  }

  override set(id: string, data: SessionData, done: Done<void> = () => {}): void {
    answer(done, () => {
      this.sweep();
      const expires = data.cookie.expires
        ? new Date(data.cookie.expires).getTime()
        : Date.now() + DAY;
      this.database
        .prepare(
          'INSERT INTO example_session VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires = excluded.expires',
        )
        .all(id, JSON.stringify(data), expires);
    });
  }

  override destroy(id: string, done: Done<void> = () => {}): void {
    answer(done, () => {
      this.database.prepare('DELETE FROM example_session WHERE id = ?').all(id);
    });
  }

  private sweep(): void {
    if (Date.now() - this.sweptAt < SWEEP) return;
    this.sweptAt = Date.now();
    this.database.prepare('DELETE FROM example_session WHERE expires <= ?').all(Date.now());
  }
}

function answer<T>(done: Done<T>, work: () => T): void {
  try {
    done(undefined, work());
  } catch (error) {
    done(error);
  }
}
