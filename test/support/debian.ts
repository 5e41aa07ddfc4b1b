// Debian's packages, downloaded and unpacked without root under node_modules/.cache.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function onPath(...names: string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((dir) => names.map((name) => join(dir, name))).find(existsSync);
}

/**
 * Where these packages are unpacked, as below `/`; undefined where that cannot be done.
 *
 * @param packages - their names, given the options of apt that make it find them
 */
export function debian(
  name: string,
  packages: (options: readonly string[]) => readonly string[],
): string | undefined {
  if (process.platform !== 'linux' || !onPath('apt-get') || !onPath('dpkg')) return undefined;
  const root = join(process.cwd(), 'node_modules/.cache', name);
  try {
    if (!existsSync(root)) unpack(root, packages);
  } catch {
    return undefined;
  }
  return root;
}

/** Beside its place first, and moved there whole: two runs at once do no harm. */
function unpack(root: string, packages: (options: readonly string[]) => readonly string[]): void {
  mkdirSync(join(root, '..'), { recursive: true });
  const dir = mkdtempSync(`${root}-`);
  const quiet = { cwd: dir, stdio: 'ignore' as const };
  const download = (options: readonly string[]) =>
    execFileSync('apt-get', [...options, '-qq', 'download', ...packages(options)], quiet);
  try {
    try {
      download([]);
    } catch {
      // Lists of our own: those of the system are locked while anything else updates them, and are root's.
      const own = ['state/lists', 'cache/archives'].map((it) => join(dir, 'apt', it, 'partial'));
      for (const it of own) mkdirSync(it, { recursive: true });
      const options = ['-o', `Dir::State=${dir}/apt/state`, '-o', `Dir::Cache=${dir}/apt/cache`];
      options.push('-o', 'Dir::State::status=/var/lib/dpkg/status');
      execFileSync('apt-get', [...options, '-qq', 'update'], quiet);
      download(options);
    }
    for (const file of readdirSync(dir).filter((it) => it.endsWith('.deb'))) {
      execFileSync('dpkg', ['-x', join(dir, file), join(dir, 'root')]);
    }
    renameSync(join(dir, 'root'), root);
  } catch (error) {
    if (!existsSync(root)) throw error;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
