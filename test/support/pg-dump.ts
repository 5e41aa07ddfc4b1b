// A PostgreSQL that has its pg_dump beside it, which the npm package lacks: the system's, else Debian's package.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { debian, onPath } from './debian.js';
import { envOf, type PostgresTree } from './postgres.js';

const FOLDER = 'usr/lib/postgresql';
const PROGRAMS = ['pg_dump', 'initdb', 'postgres'];

/**
 * TEST_POSTGRES_UNPACK=1 passes over what is installed. Fetches it when need be, so the first call may take a while.
 *
 * @returns undefined where there is none to be had
 */
export function postgresWithDump(): PostgresTree | undefined {
  return (process.env['TEST_POSTGRES_UNPACK'] ? undefined : installed()) ?? unpacked();
}

const foldersOf = (root: string): string[] => {
  const debians = join(root, FOLDER);
  return existsSync(debians) ? readdirSync(debians).map((it) => join(debians, it, 'bin')) : [];
};
const isWhole = (dir: string) => PROGRAMS.every((name) => existsSync(join(dir, name)));

function installed(): PostgresTree | undefined {
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter), ...foldersOf('/')];
  const root = dirs.find(isWhole);
  return root === undefined ? undefined : { root, bin: '.' };
}

function unpacked(): PostgresTree | undefined {
  const root = onPath('apt-cache', 'dpkg-query') && debian('postgresql', packages);
  const bin = root && foldersOf(root).find(isWhole);
  if (!root || !bin) return undefined;
  const libs = ['usr/lib', 'lib'].flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder)).map((name) => join(folder, name))
      : [],
  );
  const lib = libs.filter((it) => it.endsWith('-linux-gnu'));
  const tree = { root, bin: bin.slice(root.length + 1), lib };
  // Of another Debian, or without a library that it needs: as good as none.
  const works = PROGRAMS.every(
    (name) => spawnSync(join(bin, name), ['--version'], { env: envOf(tree) }).status === 0,
  );
  return works ? tree : undefined;
}

/** Server, programs and their library, and every other library that this machine lacks. */
function packages(options: readonly string[]): string[] {
  const depends = (...args: string[]) =>
    execFileSync('apt-cache', [...options, 'depends', ...args], { encoding: 'utf8' });
  const server = /Depends: (postgresql-\d+)/.exec(depends('postgresql'))?.[1];
  if (server === undefined) throw new Error('no package of the server');
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'];
  const all = depends('--recurse', ...only.map((it) => `--no-${it}`), server);
  const names = new Set(all.match(/^lib[\w.+-]+$/gm));
  const missing = [...names].filter((it) => !/perl|llvm/.test(it) && !isInstalled(it)); // for scripts, for JIT
  return [server, server.replace('-', '-client-'), ...new Set(['libpq5', ...missing])];
}

const isInstalled = (name: string): boolean => {
  const { stdout } = spawnSync('dpkg-query', ['-s', name], { encoding: 'utf8' });
  return /^Status: .* installed$/m.test(stdout);
};
