import { sql } from 'kysely';
import type { Unit } from './commit.js';
import type { Engine, PostgresEngine, SqliteEngine } from './engine.js';

/** Does all of a unit, or nothing: false when its guard did not hold. */
export async function apply(engine: Engine, unit: Unit): Promise<boolean> {
  return engine.kind === 'postgres' ? inOneStatement(engine, unit) : inTransaction(engine, unit);
}

/**
 * PostgreSQL: the guard and every step are parts of one statement, so there is no `begin` and no `commit`
 * to wait for. Each step asks for the guard's row, hence runs after it; all see the state before.
 */
async function inOneStatement(engine: PostgresEngine, { guard, steps }: Unit): Promise<boolean> {
  const held = guard ? sql`exists (select 1 from guard)` : sql`true`;
  const parts = steps(held).map((step, at) => sql`${sql.raw(`step${at}`)} as (${step})`);
  if (guard) parts.unshift(sql`guard as (${guard})`);
  if (parts.length === 0) return true;
  const rows = await engine.run(
    sql`with ${sql.join(parts)} ${guard ? sql`select held from guard` : sql`select 1 as held`}`,
  );
  return rows.length > 0;
}

function inTransaction(engine: SqliteEngine, { guard, steps }: Unit): boolean {
  return engine.atomic(() => {
    if (guard && engine.run(guard).length === 0) return false;
    for (const step of steps(sql`true`)) engine.run(step);
    return true;
  });
}
