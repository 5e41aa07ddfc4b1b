import { defineConfig, mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from './vitest.config.js';

/** `npm run test:faults`: faults of the worlds around real processes. Minutes, not seconds; Linux only. */
const { resolve } = mergeConfig(base, {});

/** By far the longest one begins first: the others fit beside it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => moduleId.endsWith('/kills.faults.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLongest), ...sorted.filter((it) => !isLongest(it))];
  }
}

export default defineConfig({
  resolve,
  test: {
    name: 'faults',
    include: ['test/faults/**/*.faults.ts'],
    reporters: ['default', './test/faults/table.ts', './test/support/reporter.ts'],
    globalSetup: ['./test/faults/build.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
