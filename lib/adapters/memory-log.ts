import type { AuditEntry, AuditRecord, Store } from '../ports/index.js';

/** Events beyond the newest so many are forgotten. */
const MAX_EVENTS = 10_000;

/** The log of the memory store. */
export function memoryLog() {
  let log: (AuditEntry & AuditRecord)[] = [];
  let last = 0;
  const events: Store['events'] = async (after = '0', limit) => {
    const next = log.filter(({ cursor }) => Number(cursor) > Number(after)).slice(0, limit);
    return next.map(({ cursor, event }) => ({ cursor, event }));
  };
  return {
    append(records: readonly AuditRecord[]) {
      for (const it of records) log.push({ ...it, cursor: String(++last) });
      if (log.length > 2 * MAX_EVENTS) log = log.slice(-MAX_EVENTS);
    },
    events,
    purge(now: number, limit: number): number {
      const dead = new Set(log.filter((it) => it.expiresAt <= now).slice(0, limit));
      if (dead.size > 0) log = log.filter((it) => !dead.has(it));
      return dead.size;
    },
  };
}
