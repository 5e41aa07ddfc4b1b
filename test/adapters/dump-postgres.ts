// A PostgreSQL of the test's own, and what a thief would take of it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'pg';
import { onFreePort } from '../support/free-port.js';
import { envOf, type PostgresTree, startPostgres } from '../support/postgres.js';

/** @param tree - with a pg_dump, when one is needed */
export async function ownPostgres(tree?: PostgresTree) {
  const { url, stop } = await onFreePort((port) => startPostgres(port, tree));
  const pool = new Pool({ connectionString: url });
  pool.on('error', () => {});
  const { rows } = await pool.query('show data_directory');
  const folders = ['base', 'global', 'pg_wal'].map((it) => join(rows[0].data_directory, it));
  const before = new Set(folders.flatMap(pages).map(digest));
  return {
    pool,
    pgDump(): Buffer {
      const { root, bin } = tree as PostgresTree;
      const env = envOf(tree as PostgresTree);
      return execFileSync(join(root, bin, 'pg_dump'), [url], { env, maxBuffer: 2 ** 28 });
    },
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
