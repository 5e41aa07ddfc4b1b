import type { Migration } from './migration.js';

/*
 * PostgreSQL waits until a fifth of a table is dead before it clears it. Rows here live for minutes, so the tables would
 * be mostly dead rows, and a purge would walk over them. Only settings that PostgreSQL 12 knows; the lock that
 * they take lets requests read and write.
 */
const postgres = `
alter table mfa_authenticator set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
alter table mfa_transaction set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
alter table mfa_delivery set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
alter table mfa_window set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
alter table mfa_audit set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
alter table mfa_account set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
`;

/** SQLite uses the room of removed rows again by itself. */
const sqlite = '';

export const vacuum: Migration = { version: 4, oldest: 1, postgres, sqlite };
