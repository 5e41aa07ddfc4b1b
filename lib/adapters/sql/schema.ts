import { sql } from 'kysely';
import { number, type Query, type Row } from './engine.js';
import { migrations, SCHEMA_VERSION } from './migrations/index.js';

/** What `mfa_schema` says; `version: 0` when there is no such table yet. */
export interface Schema {
  readonly version: number;
  /** The oldest library that still works on it. */
  readonly oldest: number;
}

/** One row per step taken. It tells an older library whether it may go on during a rolling deploy. */
export const schemaTable = `create table if not exists mfa_schema (
  version integer primary key,
  oldest integer not null,
  applied_at text not null default current_timestamp
)`;

/** Reads the newest row. Fails when there is no such table. */
export const readSchema: Query = sql`
  select version, oldest from mfa_schema order by version desc limit 1`;

/** The row of `readSchema` as numbers. */
export function schemaOf(rows: readonly Row[]): Schema {
  const row = rows[0];
  if (!row) return { version: 0, oldest: 0 };
  return { version: number(row['version']), oldest: number(row['oldest']) };
}

/**
 * @param remedy - what the operator does about a schema that is too old
 * @throws Error `ERR_MFA_SCHEMA` when this library and this schema do not fit
 */
export function checkSchema({ version, oldest }: Schema, remedy: string): void {
  if (version < SCHEMA_VERSION) {
    const found = version === 0 ? 'no tables of express-mfa' : `schema version ${version}`;
    throw schemaError(`The database has ${found}; this library needs ${SCHEMA_VERSION}. ${remedy}`);
  }
  if (oldest > SCHEMA_VERSION) {
    throw schemaError(
      `The database has schema version ${version}, which needs a newer express-mfa; this library knows version ${SCHEMA_VERSION}. Update the library: migrations only go forward.`,
    );
  }
}

/** The steps that a schema of this version lacks. */
export const missing = ({ version }: Schema) => migrations.filter((it) => it.version > version);

/** Records that a step was taken. */
export const recordStep = (version: number, oldest: number): Query => sql`
  insert into mfa_schema (version, oldest)
  values (cast(${version} as integer), cast(${oldest} as integer))`;

/** Writes and reads one row of ours without changing it: fails where the database is read-only. */
export const touchSchema: Query = sql`
  update mfa_schema set oldest = oldest
  where version = (select max(version) from mfa_schema)
  returning version, oldest`;

/** The same on PostgreSQL, which says its time with it: `now`, milliseconds since 1970. */
export const touchSchemaForTime: Query = sql`
  ${touchSchema}, cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now`;

function schemaError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_MFA_SCHEMA' });
}
