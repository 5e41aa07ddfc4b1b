// What runs has to be what the sources say. And what is downloaded is so before the first test, and once.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { redisBinary } from '../support/redis.js';
import { fakeTimeLibrary } from './faketime.js';

const root = join(import.meta.dirname, '../..');

/** The built app in one file: 200 processes come and go here, and this halves what a start costs. */
export const SERVER = join(root, 'node_modules/.cache/faults-app/dist/server.js');

/** What `npm start` runs. */
export const BUILT_SERVER = join(root, 'example-app/dist/server.js');

export default async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/build.js'], { cwd: root });
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
  const vite = await import(resolve('vite')); // the one that vitest has
  await vite.build({
    configFile: false,
    logLevel: 'error',
    root,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: 'example-app/dist/server.js',
      outDir: join(SERVER, '..'),
      emptyOutDir: true,
      minify: true,
    },
  });
  redisBinary();
  fakeTimeLibrary();
}
