// A PostgreSQL of the test's own, and what a thief would take of it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Pool } from 'pg';
import { onFreePort } from '../support/free-port.js';
import { startPostgres } from '../support/postgres.js';

/** Where pg_dump and a server that it can read are together; undefined where there is none. */
export function pgDumpFolder(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const dirs = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...(existsSync(debian) ? readdirSync(debian).map((it) => join(debian, it, 'bin')) : []),
  ];
  const all = ['pg_dump', 'initdb', 'postgres'];
  return dirs.find((dir) => all.every((name) => existsSync(join(dir, name))));
}

export async function ownPostgres(folder: string | undefined) {
  const { url, stop } = await onFreePort((port) => startPostgres(port, folder));
  const pool = new Pool({ connectionString: url });
  pool.on('error', () => {});
  const { rows } = await pool.query('show data_directory');
  const folders = ['base', 'global', 'pg_wal'].map((it) => join(rows[0].data_directory, it));
  const before = new Set(folders.flatMap(pages).map(digest));
  return {
    pool,
    pgDump: () => execFileSync(join(folder ?? '', 'pg_dump'), [url], { maxBuffer: 2 ** 28 }),
    /** Tables, indexes and the log of writes as they lie on the disk: every page that is new since the start. */
    async files(): Promise<Buffer> {
      await pool.query('checkpoint');
      return Buffer.concat(folders.flatMap(pages).filter((page) => !before.has(digest(page))));
    },
    async stop() {
      await pool.end();
      await stop();
    },
  };
}

const PAGE = 8192;
const digest = (page: Buffer) => createHash('sha256').update(page).digest('base64');

function pages(folder: string): Buffer[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((it) => it.isFile())
    .flatMap((it) => {
      const file = readFileSync(join(it.parentPath, it.name));
      const starts = Array.from({ length: Math.ceil(file.length / PAGE) }, (_, i) => i * PAGE);
      return starts.map((at) => file.subarray(at, at + PAGE));
    });
}
