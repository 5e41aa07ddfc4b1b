import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

/** `npm run test:faults`: faults of the worlds around real processes. Minutes, not seconds; Linux only. */
const { resolve } = mergeConfig(base, {});

export default defineConfig({
  resolve,
  test: {
    name: 'faults',
    include: ['test/faults/**/*.faults.ts'],
    reporters: ['default', './test/faults/table.ts', './test/support/reporter.ts'],
    globalSetup: ['./test/faults/build.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
