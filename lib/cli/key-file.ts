import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { MfaKeys } from '../crypto/keys.js';
import { checkKeys } from '../setup/check-keys.js';
import { readKeySet } from '../setup/check-options.js';
import { CliError } from './command.js';

/** A set of keys, and how it was written. */
export interface KeyFile {
  readonly keys: MfaKeys;
  readonly base64: boolean;
}

const STDIN = 0;
const PRIVATE = 0o600;

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** @param path - "-" is stdin */
export function readKeys(path: string): KeyFile {
  if (path === '-' && process.stdin.isTTY) {
    throw new CliError('name a file with --in, or give the keys on stdin', 2);
  }
  try {
    return parseKeys(path, readFileSync(path === '-' ? STDIN : path, 'utf8').trim());
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new CliError(`${path}: there is no such file`);
    throw error;
  }
}

function parseKeys(path: string, text: string): KeyFile {
  const base64 = !text.startsWith('{');
  let value: unknown;
  try {
    value = JSON.parse(base64 ? Buffer.from(text, 'base64').toString('utf8') : text);
  } catch {
    // The parser's own words quote what it read.
    throw new CliError(`${path} is neither JSON nor the base64 of it`);
  }
  try {
    const keys = readKeySet(value);
    checkKeys(keys, 'RS256');
    return { keys, base64 };
  } catch (error) {
    throw new CliError(`${path}: ${(error as Error).message}`);
  }
}

export function render(keys: MfaKeys, base64: boolean): string {
  return base64
    ? Buffer.from(JSON.stringify(keys)).toString('base64')
    : JSON.stringify(keys, null, 2);
}

/** Writes a file that did not exist, for its owner's eyes only. */
export function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, `${text}\n`, { flag: 'wx', mode: PRIVATE });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new CliError(
      `${path} exists already and is not overwritten: keys that are lost stay lost`,
    );
  }
}

/**
 * Replaces a file of keys in one step: whoever reads it finds the old set or the new one, whole. Two at once take
 * turns or fail; neither loses what the other made. Owner and group stay, others may not read it.
 */
export async function replaceKeys(
  path: string,
  change: (file: KeyFile) => Promise<string>,
): Promise<void> {
  if (!statSync(path, { throwIfNoEntry: false })) {
    throw new CliError(`${path}: there is no such file`);
  }
  const real = realpathSync(path);
  const beside = `${real}.new`;
  const fd = reserve(beside);
  try {
    const text = await change(readKeys(real));
    writeFileSync(fd, `${text}\n`);
    const { mode, uid, gid } = statSync(real);
    if (uid !== statSync(beside).uid || gid !== statSync(beside).gid) chownSync(beside, uid, gid);
    chmodSync(beside, PRIVATE | (mode & 0o060));
    fsyncSync(fd);
    renameSync(beside, real);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

function reserve(path: string): number {
  try {
    return openSync(path, 'wx', PRIVATE);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new CliError(
      `${path} exists: another rotation is at work, or one was cut off; remove it then`,
    );
  }
}
