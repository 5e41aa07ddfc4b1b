import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends the output with one plain line, `N passed, N failed` (and `, N skipped` when there are any).
 * With `CI=true` a test that did not run fails the run.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      count.failed += module.errors().length; // did not load
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length; // a hook failed
      for (const test of module.children.allTests()) count[test.result().state]++;
    }
    const skipped = count.skipped + count.pending;
    process.on('exit', () => {
      if (skipped > 0 && process.env['CI'] === 'true') {
        console.error('Tests were skipped, which fails the run when CI=true.');
        process.exitCode ||= 1;
      }
      const tail = skipped > 0 ? `, ${skipped} skipped` : '';
      console.log(`${count.passed} passed, ${count.failed} failed${tail}`);
    });
  }
}
