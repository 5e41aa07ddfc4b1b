import { migrations } from './migrations/index.js';
import { schemaTable } from './schema.js';

/**
 * The steps after version `after` as plain SQL for PostgreSQL: what `migratePostgres` runs, for a tool that runs each
 * step once and in a transaction of its own.
 */
export function postgresScript(after: number): string {
  return migrations
    .filter(({ version }) => version > after)
    .map(({ version, oldest, postgres }) => {
      const first = version === 1 ? `${schemaTable};\n` : '';
      const record = `insert into mfa_schema (version, oldest) values (${version}, ${oldest});`;
      return `-- express-mfa: schema version ${version}. One transaction, once; forward only.\n${first}${postgres.trim()}\n${record}\n`;
    })
    .join('\n');
}
