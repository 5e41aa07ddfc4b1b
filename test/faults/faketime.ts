// libfaketime, so that a process has a clock of its own that the test sets.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debian } from '../support/debian.js';

const NAME = 'libfaketime.so.1';

/** The system's, else Debian's package; undefined where there is neither. */
export function fakeTimeLibrary(): string | undefined {
  const found = find('/usr/lib');
  if (found) return found;
  const root = debian('faketime', () => ['libfaketime']);
  return root && find(join(root, 'usr/lib'));
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
  const preload = fakeTimeLibrary();
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
