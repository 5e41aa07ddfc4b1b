import { sql } from 'kysely';
import type { Reservation, Window } from '../../ports/index.js';
import { afterGivingBack, afterTaking, fullest, type RollingLog } from '../rolling-log.js';
import type { SqliteEngine } from './engine.js';
import { readLog, writeLog } from './window-text.js';

/** SQLite: read, decided and written in one transaction. */
export const reserveInSteps = (
  engine: SqliteEngine,
  issuer: string,
  windows: readonly Window[],
  now: number,
): Reservation =>
  engine.atomic(() => {
    const logs = read(engine, issuer, windows);
    const logOf = (key: string) => logs.get(key) ?? [];
    const full = fullest(windows, logOf, now);
    if (full) return full;
    for (const window of windows) {
      const log = afterTaking(logOf(window.key), window, now);
      const end = (log[0]?.at ?? now) + window.length;
      engine.run(sql`insert into mfa_window (issuer, name, log, ends_at)
        values (${issuer}, ${window.key}, ${writeLog(log, window)}, ${end})
        on conflict (issuer, name) do update set log = excluded.log, ends_at = excluded.ends_at`);
    }
    return { granted: true };
  });

export const releaseInSteps = (
  engine: SqliteEngine,
  issuer: string,
  windows: readonly Window[],
  at: number,
): void =>
  engine.atomic(() => {
    const logs = read(engine, issuer, windows);
    for (const window of windows) {
      const log = logs.get(window.key);
      if (!log) continue;
      const text = writeLog(afterGivingBack(log, window, at), window);
      engine.run(sql`update mfa_window set log = ${text}
        where issuer = ${issuer} and name = ${window.key}`);
    }
  });

function read(
  engine: SqliteEngine,
  issuer: string,
  windows: readonly Window[],
): Map<string, RollingLog> {
  const rows = engine.run(sql`select name, log from mfa_window
    where issuer = ${issuer} and name in (${sql.join(windows.map(({ key }) => key))})`);
  const texts = new Map(rows.map((row) => [row['name'] as string, row['log'] as string]));
  return new Map(
    windows.flatMap((it) => {
      const text = texts.get(it.key);
      return text === undefined ? [] : [[it.key, readLog(text, it)] as const];
    }),
  );
}
