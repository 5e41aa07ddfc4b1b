import type { Migration } from './migration.js';

/*
 * Records stand whole in `data` as JSON; the other columns are what look-ups, the guard, the order of
 * `keepTransactions`, the address count and the purge need. Every key holds the issuer, but not as its first
 * column: a planner that takes an issuer for rare would find all of its rows by that column alone.
 *
 * PostgreSQL: `text`, not `jsonb`, since nothing looks inside and `jsonb` refuses some strings. Keys are
 * compared byte by byte (`collate "C"`): faster, and an operating system's new collation cannot break an
 * index. The fill factor leaves room on the page, so that an update that touches no index stays on it.
 */
const postgres = `
create table mfa_account (
  issuer text collate "C" not null,
  user_id text collate "C" not null,
  version bigint not null,
  data text not null,
  primary key (user_id, issuer)
) with (fillfactor = 80);

create table mfa_authenticator (
  issuer text collate "C" not null,
  user_id text collate "C" not null,
  id text collate "C" not null,
  seq bigint generated always as identity,
  status text not null,
  address text collate "C",
  expires_at bigint,
  data text not null,
  primary key (user_id, issuer, id)
) with (fillfactor = 80);
create index mfa_authenticator_address on mfa_authenticator (address, issuer, user_id, status)
  where address is not null;
create index mfa_authenticator_expiry on mfa_authenticator (expires_at, issuer)
  where expires_at is not null;

create table mfa_transaction (
  issuer text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  client_id text collate "C" not null,
  sends bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  data text not null,
  primary key (id, issuer)
) with (fillfactor = 80);
create index mfa_transaction_login on mfa_transaction (user_id, client_id, issuer);
create index mfa_transaction_expiry on mfa_transaction (expires_at, issuer);

create table mfa_delivery (
  issuer text collate "C" not null,
  id text collate "C" not null,
  expires_at bigint not null,
  data text not null,
  primary key (id, issuer)
) with (fillfactor = 80);
create index mfa_delivery_expiry on mfa_delivery (expires_at, issuer);

create table mfa_window (
  issuer text collate "C" not null,
  name text collate "C" not null,
  log text collate "C" not null,
  ends_at bigint not null,
  primary key (name, issuer)
) with (fillfactor = 80);
create index mfa_window_end on mfa_window (ends_at, issuer);
`;

const sqlite = `
create table mfa_account (
  issuer text not null,
  user_id text not null,
  version integer not null,
  data text not null,
  primary key (user_id, issuer)
) strict;

create table mfa_authenticator (
  seq integer primary key,
  issuer text not null,
  user_id text not null,
  id text not null,
  status text not null,
  address text,
  expires_at integer,
  data text not null,
  unique (user_id, issuer, id)
) strict;
create index mfa_authenticator_address on mfa_authenticator (address, issuer, user_id, status)
  where address is not null;
create index mfa_authenticator_expiry on mfa_authenticator (expires_at, issuer)
  where expires_at is not null;

create table mfa_transaction (
  issuer text not null,
  id text not null,
  user_id text not null,
  client_id text not null,
  sends integer not null,
  created_at integer not null,
  expires_at integer not null,
  data text not null,
  primary key (id, issuer)
) strict;
create index mfa_transaction_login on mfa_transaction (user_id, client_id, issuer);
create index mfa_transaction_expiry on mfa_transaction (expires_at, issuer);

create table mfa_delivery (
  issuer text not null,
  id text not null,
  expires_at integer not null,
  data text not null,
  primary key (id, issuer)
) strict;
create index mfa_delivery_expiry on mfa_delivery (expires_at, issuer);

create table mfa_window (
  issuer text not null,
  name text not null,
  log text not null,
  ends_at integer not null,
  primary key (name, issuer)
) strict, without rowid;
create index mfa_window_end on mfa_window (ends_at, issuer);
`;

export const tables: Migration = { version: 1, oldest: 1, postgres, sqlite };
