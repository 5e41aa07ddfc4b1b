import type { Migration } from './migration.js';

/*
 * Events, appended by the commit that they are about. PostgreSQL gives `seq` before the commit, so a reader that only
 * followed it would miss what commits late: `tx` tells which transactions may still be under way. Earlier versions of
 * the library do not know the table, and go on without it.
 */
const postgres = `
create table mfa_audit (
  seq bigint generated always as identity,
  tx bigint not null default txid_current(),
  issuer text collate "C" not null,
  expires_at bigint not null,
  data text not null,
  primary key (issuer, tx, seq)
);
create index mfa_audit_expiry on mfa_audit (expires_at, issuer);
`;

const sqlite = `
create table mfa_audit (
  seq integer primary key autoincrement,
  tx integer not null default 0,
  issuer text not null,
  expires_at integer not null,
  data text not null
) strict;
create index mfa_audit_expiry on mfa_audit (expires_at, issuer);
`;

export const audit: Migration = { version: 2, oldest: 1, postgres, sqlite };
