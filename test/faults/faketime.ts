// libfaketime, so that a process has a clock of its own that the test sets.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = 'libfaketime.so.1';
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/faketime');

/** The system's, else Debian's package, unpacked without root; undefined where there is neither. */
function library(): string | undefined {
  for (const root of ['/usr/lib', join(CACHE, 'usr/lib')]) {
    const found = find(root);
    if (found) return found;
  }
  try {
    mkdirSync(CACHE, { recursive: true });
    const download = () => execFileSync('apt-get', ['download', 'libfaketime'], quiet);
    const quiet = { cwd: CACHE, stdio: 'ignore' as const };
    try {
      download();
    } catch {
      execFileSync('apt-get', ['update'], quiet);
      download();
    }
    const deb = readdirSync(CACHE).find((name) => name.endsWith('.deb')) ?? '';
    execFileSync('dpkg-deb', ['-x', deb, '.'], quiet);
    return find(join(CACHE, 'usr/lib'));
  } catch {
    return undefined;
  }
}

function find(root: string): string | undefined {
  const folders = existsSync(root) ? readdirSync(root) : [];
  const paths = folders.map((folder) => join(root, folder, 'faketime', NAME));
  return paths.find(existsSync);
}

export interface FakeClock {
  /** For the process whose clock it is. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds that the process is ahead from now on. */
  set(seconds: number): void;
  remove(): void;
}

/** @throws Error when libfaketime cannot be had on this machine */
export function fakeClock(): FakeClock {
  const preload = library();
  if (!preload) throw new Error('no libfaketime: apt-get install faketime');
  const directory = mkdtempSync(join(tmpdir(), 'express-mfa-clock-'));
  const file = join(directory, 'time');
  const set = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  set(0);
  return {
    env: {
      LD_PRELOAD: preload,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
