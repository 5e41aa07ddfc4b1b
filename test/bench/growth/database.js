/** The PostgreSQL that is measured, and what stands in it. */
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { migratePostgres } from 'express-mfa/adapters/postgres';
import pg from 'pg';
import { throwawayPostgres } from './throwaway.js';

export const TABLES = ['account', 'authenticator', 'transaction', 'delivery', 'window', 'audit'];

const CONNECTIONS = 8;

/** Nothing takes turns with the seeding: no checkpoints, no autovacuum. */
const SEEDING = { max_wal_size: '8GB', checkpoint_timeout: '30min', autovacuum: 'off' };
/** After it, autovacuum looks every five seconds: a day of the soak lasts little longer. */
const SEEDED = { autovacuum: 'on', autovacuum_naptime: '5s' };

/** @returns the server at `DATABASE_URL`, or one of our own that `stop()` removes */
export async function openServer() {
  const given = process.env.DATABASE_URL;
  const { url, stop } = given ? { url: given, stop: async () => {} } : await throwawayPostgres();
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const set = async (settings) => {
    if (given) return;
    for (const [name, value] of Object.entries(settings)) {
      await admin.query(`alter system set ${name} = '${value}'`);
    }
    await admin.query('select pg_reload_conf()');
  };
  await set(SEEDING);
  const { rows } = await admin.query(`select current_setting('server_version') as version,
    current_setting('shared_buffers') as buffers`);
  const opened = [];
  const drop = async () => {
    for (const { name, database } of opened.splice(0)) {
      await database.pool.end();
      await admin.query(`drop database ${name}`);
    }
  };
  return {
    about: `PostgreSQL ${rows[0].version.split(' ')[0]}, shared_buffers ${rows[0].buffers}`,
    /** Seeding is over. */
    seeded: () => set(SEEDED),
    /** A new database with the tables of the store. */
    async create(label) {
      const name = `mfa_growth_${process.pid}_${label}`;
      await admin.query(`create database ${name} template template0`);
      const database = databaseAt(url, name);
      opened.push({ name, database });
      await migratePostgres(database.pool);
      return database;
    },
    /** What has been measured is gone, so that autovacuum is not busy with it. */
    drop,
    async stop() {
      await drop();
      await admin.end();
      await stop();
    },
  };
}

function databaseAt(url, name) {
  const to = new URL(url);
  to.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: to.href, max: CONNECTIONS });
  const query = async (text, values) => (await pool.query(text, values)).rows;
  return {
    pool,
    query,
    /** Rows and bytes, with indexes, by table. */
    async sizes() {
      const parts = TABLES.map(
        (it) => `select '${it}' as name, count(*)::int as rows,
        pg_total_relation_size('mfa_${it}')::float8 as bytes from mfa_${it}`,
      );
      return Object.fromEntries(
        (await query(parts.join(' union all '))).map((it) => [it.name, it]),
      );
    },
    /** Scans of whole tables so far. A connection tells its own with a transaction, once a second. */
    async wholeScans() {
      await setTimeout(1200);
      await Promise.all(Array.from({ length: CONNECTIONS }, () => query('select pg_sleep(0.1)')));
      const [{ scans }] = await query(
        `select sum(seq_scan)::int as scans
        from pg_stat_user_tables where relname = any($1)`,
        [TABLES.map((it) => `mfa_${it}`)],
      );
      return scans;
    },
    async vacuum() {
      for (const it of TABLES) await query(`vacuum (analyze) mfa_${it}`);
      await query('checkpoint');
    },
  };
}
