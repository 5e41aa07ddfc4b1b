// A disk of 20 MB for the tables, which can be full while the server's log of writes still has room.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresServer } from './postgres-server.js';

const TABLES = ['account', 'authenticator', 'transaction', 'delivery', 'window'];

export interface SmallDisk {
  /** `tmpfs`: a disk that is full. `raised`: the error of one, where this machine lets nobody mount. */
  readonly kind: 'tmpfs' | 'raised';
  fill(): Promise<void>;
  free(): Promise<void>;
  close(): void;
}

/** Moves the tables to a disk of their own. */
export async function smallDisk(database: PostgresServer): Promise<SmallDisk> {
  const directory = mkdtempSync(join(tmpdir(), 'mfa-small-disk-'));
  const mount = () =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=0777', 'mfa', directory], {
      stdio: 'ignore',
    });
  try {
    mount();
  } catch {
    rmSync(directory, { recursive: true });
    return raised(database);
  }
  const { sql } = database;
  const data = join(directory, 'data');
  const owner = String((await sql('show data_directory'))[0]?.['data_directory']);
  execFileSync('cp', ['-a', '--attributes-only', owner, data]); // the owner's, and empty
  execFileSync('find', [data, '-mindepth', '1', '-delete']);
  chmodSync(data, 0o700);
  await sql(`create tablespace small location '${data}'`);
  for (const table of TABLES) await sql(`alter table mfa_${table} set tablespace small`);
  const indexes = await sql("select indexname from pg_indexes where tablename like 'mfa_%'");
  for (const { indexname: name } of indexes)
    await sql(`alter index ${String(name)} set tablespace small`);
  return {
    kind: 'tmpfs',
    async fill() {
      await sql('create table filler (data text) tablespace small');
      await sql('alter table filler alter column data set storage plain');
      for (const rows of [1_000, 100, 10, 1]) {
        const full = () =>
          sql(`insert into filler select repeat('x', 7000) from generate_series(1, ${rows})`).then(
            () => false,
            ({ code }: { code: string }) => code === '53100' || Promise.reject(new Error(code)),
          );
        while (!(await full()));
      }
    },
    free: async () => void (await sql('drop table filler')), // which takes no room itself
    close() {
      execFileSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function raised({ sql }: PostgresServer): Promise<SmallDisk> {
  await sql(`create function full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$`);
  const each = (statement: (table: string) => string) =>
    sql(TABLES.map((it) => statement(`mfa_${it}`)).join('\n'));
  return {
    kind: 'raised',
    async fill() {
      await each(
        (it) => `create trigger full_disk before insert or update on ${it}
        for each row execute function full_disk();`,
      );
    },
    async free() {
      await each((it) => `drop trigger full_disk on ${it};`);
    },
    close() {},
  };
}
