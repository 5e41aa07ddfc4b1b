import type { Migration } from './migration.js';

/*
 * Which logins come from a known device: they do not make room for others (`keepTransactions`). Earlier versions of the
 * library do not write the column; what they put counts as unknown.
 */
const column = `
alter table mfa_transaction add column known_device integer not null default 0;
`;

export const knownDevice: Migration = { version: 3, oldest: 1, postgres: column, sqlite: column };
