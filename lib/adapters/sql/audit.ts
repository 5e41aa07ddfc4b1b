import { sql } from 'kysely';
import type { AuditEntry, AuditRecord } from '../../ports/index.js';
import type { Engine, Query } from './engine.js';

/** Appends the events of a commit. */
export const putEvents = (
  issuer: string,
  records: readonly AuditRecord[],
  held: Query,
): Query => sql`
  insert into mfa_audit (issuer, expires_at, data)
  select * from (values ${sql.join(
    records.map(
      ({ event, expiresAt }) =>
        sql`(${issuer}, cast(${expiresAt} as bigint), ${JSON.stringify(event)})`,
    ),
  )}) as records where ${held}`;

/**
 * The next events. On PostgreSQL those of transactions that began after one that is still under way wait for it, so
 * that no event appears behind a cursor.
 */
export async function events(
  engine: Engine,
  issuer: string,
  after: string | undefined,
  limit: number,
): Promise<AuditEntry[]> {
  const [tx = 0, seq = 0] = (after ?? '').split('.').map(Number);
  const rows = await engine.run(
    engine.kind === 'postgres'
      ? sql`select tx, seq, data from mfa_audit
          where issuer = ${issuer} and (tx, seq) > (cast(${tx} as bigint), cast(${seq} as bigint))
            and tx < txid_snapshot_xmin(txid_current_snapshot())
          order by tx, seq limit ${limit}`
      : sql`select 0 as tx, seq, data from mfa_audit
          where issuer = ${issuer} and seq > ${seq} order by seq limit ${limit}`,
  );
  return rows.map((row) => ({
    cursor: `${String(row['tx'])}.${String(row['seq'])}`,
    event: JSON.parse(row['data'] as string) as AuditEntry['event'],
  }));
}
