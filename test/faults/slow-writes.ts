import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from './postgres-server.js';

/** Every write to the tables waits in the database, so that a fault comes in the middle of it. */
export async function slowWrites(
  { sql }: PostgresServer,
  tables: readonly string[],
  seconds: number,
): Promise<void> {
  await sql(`create or replace function slow() returns trigger language plpgsql as
    'begin perform pg_sleep(${seconds}); return coalesce(new, old); end';
    ${each(tables, (it) => `create trigger slow before insert or update or delete on ${it} for each row execute function slow();`)}`);
}

/** Waits for those that are under way. */
export async function fastWrites(
  { sql }: PostgresServer,
  tables: readonly string[],
): Promise<void> {
  await sql(each(tables, (it) => `drop trigger slow on ${it};`));
}

/** Until a write waits; false when none comes, as from a step that writes nothing. */
export async function writing({ sql }: PostgresServer): Promise<boolean> {
  for (let tries = 0; tries < 30; tries++) {
    const rows = await sql("select 1 from pg_stat_activity where wait_event = 'PgSleep'");
    if (rows.length > 0) return true;
    await sleep(20);
  }
  return false;
}

const each = (tables: readonly string[], statement: (table: string) => string) =>
  tables.map(statement).join('\n');
