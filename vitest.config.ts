import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests import the package by its name and get the sources: no build, and coverage counts. */
function sources() {
  const url = new URL('package.json', import.meta.url);
  const { name, exports } = JSON.parse(readFileSync(url, 'utf8'));
  return Object.entries<{ default?: string }>(exports).flatMap(([path, target]) => {
    const built = target.default?.match(/^\.\/dist\/(.+)\.js$/)?.[1];
    if (!built) return [];
    const source = fileURLToPath(new URL(`lib/${built}.ts`, import.meta.url));
    return [{ find: new RegExp(`^${name}${path.slice(1)}$`), replacement: source }];
  });
}

const services = ['test/adapters/**/*.test.ts', 'test/attacks/simulator.test.ts'];

export default defineConfig({
  resolve: { alias: sources() },
  test: {
    maxWorkers: 2, // on two cores the default is one, and most of the time is waiting
    reporters: ['default', './test/support/reporter.ts'],
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.{ts,tsx}'],
      reporter: ['text-summary', 'lcovonly'],
      thresholds: { lines: 90, branches: 80 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...services, 'test/browser/**', 'test/faults/**'],
          // The library has no module state, so files may share one: importing it anew for each took half the time.
          testTimeout: 30_000,
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'services',
          include: services,
          globalSetup: ['./test/support/services.ts'],
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['./test/support/chromium-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
