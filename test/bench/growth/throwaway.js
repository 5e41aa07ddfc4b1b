/** Servers of our own, started as the tests start theirs. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
const OPTIONS = '--ignoreConfig --module nodenext --target es2023 --types node --skipLibCheck';

/** Modules of `test/support`, which is TypeScript: compiled beside, loaded, and removed. */
async function support(names) {
  const out = join(root, 'temp', `growth-${process.pid}`);
  const sources = names.map((name) => join(root, `test/support/${name}.ts`));
  try {
    const args = [tsc, ...sources, ...OPTIONS.split(' '), '--outDir', out];
    execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
    const loaded = names.map((name) => import(pathToFileURL(join(out, `${name}.js`)).href));
    return Object.assign({}, ...(await Promise.all(loaded)));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** A PostgreSQL that `stop()` removes. */
export async function throwawayPostgres() {
  const { startPostgres, onFreePort } = await support(['postgres', 'free-port']);
  return onFreePort(startPostgres);
}

/** A Redis that `stop()` removes; undefined where there is none. */
export async function throwawayRedis() {
  const { startRedis, onFreePort } = await support(['redis', 'free-port']);
  return onFreePort((port) => startRedis(port));
}
