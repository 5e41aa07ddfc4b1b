// What was injected, how often, and what was lost: printed at the end of the run.
import type { TestContext } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    faults?: Row[];
  }
}

interface Row {
  readonly id: string;
  readonly injected: string;
  readonly times: number;
  readonly lost: string;
  readonly seen: string;
}

/**
 * Writes a line of the table.
 *
 * @param problems - what the oracle found
 * @param seen - figures worth to be read
 */
export function record(
  { task }: Pick<TestContext, 'task'>,
  [id, injected, times]: readonly [id: string, injected: string, times: number],
  problems: readonly string[],
  seen = '',
): void {
  const first = problems[0]?.replaceAll('\n', ' ').slice(0, 90);
  const lost = first === undefined ? 'nothing' : `${problems.length}: ${first}`;
  task.meta.faults = [...(task.meta.faults ?? []), { id, injected, times, lost, seen }];
}

export default class FaultTable implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const rows: (Row & { state: string })[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        const own = test.meta().faults ?? [];
        if (own.length === 0 && state !== 'passed') {
          rows.push({ id: '?', injected: test.name, times: 0, lost: 'unknown', seen: '', state });
        }
        rows.push(...own.map((row) => ({ ...row, state })));
      }
    }
    rows.sort((a, b) => (a.id < b.id ? -1 : 1));
    const lines = [
      ['fault', 'injected', 'times', 'lost', 'test', 'seen'],
      ...rows.map((it) => [it.id, it.injected, String(it.times), it.lost, it.state, it.seen]),
    ];
    const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...lines.map((row) => row[i]?.length ?? 0)));
    const print = (row: string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
    console.log(`\n${lines.map(print).join('\n')}\n`);
  }
}
