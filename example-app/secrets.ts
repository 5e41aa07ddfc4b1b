import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { generateKeys, type MfaKeys } from 'express-mfa';

/**
 * The keys that development uses: made once, kept in `secrets.json` of the directory, readable by its owner
 * only. The file appears whole or not at all, and of two processes that start at once both use the same.
 */
export async function developmentKeys(directory: string): Promise<MfaKeys> {
  const file = join(directory, 'secrets.json');
  const kept = await read(file);
  if (kept) return kept;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeOnce(file, JSON.stringify(await generateKeys(), null, 2));
  return (await read(file)) as MfaKeys;
}

async function read(file: string): Promise<MfaKeys | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      `${resolve(file)} is not JSON; restore it, or delete it and enroll all authenticators again`,
    );
  }
}

async function writeOnce(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await link(draft, file); // fails when another process was faster: then its file counts
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
}
