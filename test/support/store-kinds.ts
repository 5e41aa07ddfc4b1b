// The stores that race and budget suites run on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Stores } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { sqliteStores } from 'express-mfa/adapters/sqlite';
import { onTestFinished } from 'vitest';

/** Empty stores, for one test. */
export type MakeStores = () => Promise<Stores>;

/** On a file of its own, which is gone after the test. */
async function sqlite(): Promise<Stores> {
  const directory = mkdtempSync(join(tmpdir(), 'express-mfa-attack-'));
  const database = new DatabaseSync(join(directory, 'mfa.db'));
  onTestFinished(() => {
    database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return sqliteStores(database);
}

export const storeKinds: readonly (readonly [string, MakeStores])[] = [
  ['memory', async () => memoryStores()],
  ['sqlite', sqlite],
];
