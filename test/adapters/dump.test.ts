// who steals a dump of the database in the middle of everything reads no code, token, secret, number or address.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { combineStores } from 'express-mfa/adapters/combine';
import { migratePostgres, postgresStores } from 'express-mfa/adapters/postgres';
import { redisStores } from 'express-mfa/adapters/redis';
import { sqliteStores } from 'express-mfa/adapters/sqlite';
import { Secret } from 'otpauth';
import { Pool } from 'pg';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { masked } from '../support/masked.js';
import { type Connect, redisClients } from '../support/redis-clients.js';
import { shown, spellings } from './dump.js';
import { midFlow, PHONE, text } from './mid-flow.js';

const TABLES = ['account', 'authenticator', 'transaction', 'delivery', 'window'];
describe('R-044: a dump in mid-flow shows no secret', { timeout: 30_000 }, () => {
  test('of the SQLite file, with its log', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'mfa-dump-'));
    const database = new DatabaseSync(join(directory, 'mfa.db'));
    onTestFinished(() => {
      database.close();
      rmSync(directory, { recursive: true, force: true });
    });
    const secrets = await midFlow(sqliteStores(database));
    const files = readdirSync(directory);
    expect(files).toContain('mfa.db-wal');
    const dump = () =>
      Buffer.concat(readdirSync(directory).map((it) => readFileSync(join(directory, it))));
    expect(shown(dump(), secrets)).toEqual([]);
    database.exec('pragma wal_checkpoint(truncate)');
    expect(shown(dump(), secrets)).toEqual([]);
    // It is the right dump: what may be read is there.
    for (const name of ['u1', masked('0123')]) expect(dump().includes(name)).toBe(true);
    for (const table of TABLES) {
      expect(database.prepare(`select 1 from mfa_${table}`).all().length).toBeGreaterThan(0);
    }
  });

  test('of the tables in PostgreSQL', async () => {
    const schema = `mfa_dump_${process.pid}_${Date.now()}`;
    const connectionString = inject('pgUrl');
    const pool = new Pool({ connectionString, options: `-c search_path=${schema}` });
    await pool.query(`create schema ${schema}`);
    onTestFinished(async () => {
      await pool.query(`drop schema ${schema} cascade`);
      await pool.end();
    });
    await migratePostgres(pool);
    const secrets = await midFlow(postgresStores(pool));
    const { rows: tables } = await pool.query(
      'select table_name as name from information_schema.tables where table_schema = $1',
      [schema],
    );
    const names = tables.map(({ name }) => name as string);
    expect(names.sort()).toEqual(['audit', 'schema', ...TABLES].map((it) => `mfa_${it}`).sort());
    const dumps: string[] = [];
    for (const name of names) {
      const { rows } = await pool.query(`select t::text as line from ${name} as t`);
      expect([name, rows.length > 0]).toEqual([name, true]);
      dumps.push(...rows.map(({ line }) => line as string));
    }
    const dump = Buffer.from(dumps.join('\n'));
    expect(shown(dump, secrets)).toEqual([]);
    for (const name of ['u1', masked('0123')]) expect(dump.includes(name)).toBe(true);
  });

  test.skipIf(!inject('redisUrl'))('of Redis beside a durable store', async () => {
    const [[, connect] = []] = redisClients;
    const { sendCommand, close } = await (connect as Connect)(inject('redisUrl'));
    const database = new DatabaseSync(':memory:');
    onTestFinished(async () => {
      database.close();
      await close();
    });
    const prefix = `dump-${process.pid}-${Date.now()}:`;
    const shortLived = redisStores({ sendCommand, prefix });
    const secrets = await midFlow(combineStores({ durable: sqliteStores(database), shortLived }));
    const keys = (await sendCommand(['KEYS', `${prefix}*`], prefix)) as string[];
    for (const sort of ['transaction', 'delivery', 'login']) {
      expect(keys.some((it) => it.startsWith(`${prefix}${sort}:`))).toBe(true);
    }
    const read = async (key: string) => {
      const hash = (await sendCommand(['TYPE', key], key)) === 'hash';
      return sendCommand([hash ? 'HGETALL' : 'GET', key], key);
    };
    const dump = Buffer.from(JSON.stringify([keys, await Promise.all(keys.map(read))]));
    expect(dump.includes('u2')).toBe(true);
    expect(shown(dump, secrets)).toEqual([]);
  });

  test('and each of them would be found, in any spelling and at any place', () => {
    const secrets = { code: text('830274'), bytes: [randomBytes(32)], number: text(PHONE) };
    for (const [name, [secret = Buffer.alloc(0)]] of Object.entries(secrets)) {
      for (const before of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const long = Buffer.concat([randomBytes(before), secret, randomBytes(5)]);
        const spelled = ['latin1', 'hex', 'base64', 'base64url'].map((it) =>
          long.toString(it as 'hex'),
        );
        const base32 = new Secret({ buffer: Uint8Array.from(long).buffer }).base32;
        for (const it of [...spelled, base32, base32.toLowerCase()]) {
          const dump = Buffer.from(`{"x":"${it}"}`, 'latin1');
          expect(shown(dump, secrets)).toEqual([name]);
        }
      }
      expect(spellings(secret).every((it) => it.length >= 6)).toBe(true);
    }
  });
});
