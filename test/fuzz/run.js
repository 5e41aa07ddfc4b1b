// npm run fuzz -- [--cases 1000000] [--only requests|walks] [--seed N] [--path P] [--verbose]
// A failure prints its seed and path; replayed with them, it is shrunk to the few requests that it takes.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    only: { type: 'string', default: '' },
    seed: { type: 'string' },
    path: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
if (!/^[1-9]\d*$/.test(values.cases)) throw new Error('--cases must be a whole number');

const root = join(import.meta.dirname, '../..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const filter = values.only === '' ? [] : [`test/fuzz/${values.only}.fuzz.ts`];
const child = spawn(
  process.execPath,
  [vitest, 'run', '--config', 'vitest.fuzz.config.ts', ...filter],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_CASES: values.cases,
      ...(values.seed && { FUZZ_SEED: values.seed }),
      ...(values.path && { FUZZ_PATH: values.path }),
      ...(values.verbose && { FUZZ_VERBOSE: '1' }),
    },
  },
);
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
