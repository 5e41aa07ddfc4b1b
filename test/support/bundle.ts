// A program of the tests as plain JavaScript, made of the sources as they are: for processes of their own.
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** @returns the file to run */
export async function bundled(entry: string): Promise<string> {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
  const vite = await import(resolve('vite')); // the one that vitest has
  const outDir = join(root, 'node_modules/.cache/test-programs', basename(entry, '.ts'));
  await vite.build({
    configFile: false,
    logLevel: 'error',
    root,
    resolve: {
      alias: [
        { find: /^express-mfa$/, replacement: join(root, 'lib/index.ts') },
        { find: /^express-mfa\/(.+)$/, replacement: join(root, 'lib/$1.ts') },
      ],
    },
    build: { ssr: entry, outDir, emptyOutDir: true, minify: false },
  });
  return join(outDir, `${basename(entry, '.ts')}.js`);
}
