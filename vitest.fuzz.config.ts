import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

/** Fuzzing: minutes of it, each file a process of its own. */
const { resolve } = mergeConfig(base, {});

export default defineConfig({
  resolve,
  test: {
    include: ['test/fuzz/*.fuzz.ts'],
    reporters: ['default', './test/support/reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--expose-gc'],
    disableConsoleIntercept: true,
  },
});
