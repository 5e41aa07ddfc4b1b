// docs/writing-a-store.md as somebody follows it: its code is taken out, compiled strictly, and has to pass the kit.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { storeContract } from 'express-mfa/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqliteDatabase } from '../../lib/adapters/sqlite.js';
import type { Stores } from '../../lib/ports/index.js';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'temp', `documented-store-${process.pid}`);
const open: InstanceType<typeof DatabaseSync>[] = [];

/** The parts of a file of the page, in their order. */
function part(name: string): string {
  const page = readFileSync(join(root, 'docs/writing-a-store.md'), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);
  return blocks.filter((code) => code.startsWith(`// ${name}\n`)).join('\n');
}

function compile(): string {
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const own = Object.entries(compilerOptions.paths as Record<string, string[]>).map(
    ([name, to]) => [name, to.map((path) => resolve(root, path))],
  );
  const options = { ...compilerOptions, paths: Object.fromEntries(own) };
  options.declaration = options.declarationMap = false;
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, include: ['*.ts'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  try {
    return execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of ['my-stores.ts', 'my-stores.test.ts']) {
    writeFileSync(join(folder, name), part(name));
  }
});
afterAll(() => {
  for (const database of open) database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the store of docs/writing-a-store.md', { timeout: 30_000 }, () => {
  let two: readonly [Stores, Stores];
  beforeAll(async () => {
    const module = (await import(/* @vite-ignore */ join(folder, 'my-stores.ts'))) as {
      myStores(database: SqliteDatabase): Stores;
    };
    const stores = () => {
      const database = new DatabaseSync(join(folder, 'mfa.db'));
      open.push(database);
      return module.myStores(database);
    };
    two = [stores(), stores()];
  });
  for (const { name, run } of storeContract) it(name, () => run(async () => two));

  it('compiles, with its test', () => {
    expect(compile()).toBe('');
  });
});
