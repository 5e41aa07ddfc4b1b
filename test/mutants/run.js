// Breaks one rule at a time in a copy of the tree, and shows that the test which is named for it fails. A mutant that
// survives, a test that fails without one, or a text that is no longer in the source exactly once fails the run.
//
//   npm run test:mutants                 all of them
//   npm run test:mutants -- totp sends   those whose names have one of these words
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants } from './mutants.js';

const root = join(import.meta.dirname, '../..');
const COPIED = ['lib', 'test', 'example-app', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
const TIME_LIMIT_MS = 120_000;

const words = process.argv.slice(2);
const chosen = mutants.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);

/** Where the text stands no longer, or more than once. */
function lost({ name, edits }) {
  return edits.flatMap(({ file, find }) => {
    const count = readFileSync(join(root, file), 'utf8').split(find).length - 1;
    return count === 1 ? [] : [`${name}: ${count} times in ${file}: ${find}`];
  });
}

function copyTree() {
  const folder = mkdtempSync(join(tmpdir(), 'express-mfa-mutants-'));
  for (const path of COPIED) cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

/** The source as it is, with these edits. */
function write(folder, edits, mutate) {
  for (const { file } of edits) cpSync(join(root, file), join(folder, file));
  if (!mutate) return;
  for (const { file, find, replace } of edits) {
    const path = join(folder, file);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(find, () => replace),
    );
  }
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Runs the tests that are named. @returns how many passed and failed, and what else went wrong */
async function runTests(folder, tests) {
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const files = [...new Set(tests.map(({ file }) => file))];
  const pattern = tests.map(({ title }) => escaped(title)).join('|');
  const args = [vitest, 'run', ...files, '-t', pattern, '--reporter=json', '--outputFile', report];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text) => (complaint += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS);
  await new Promise((done) => child.on('close', done));
  clearTimeout(timer);
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const results = testResults.flatMap((it) => it.assertionResults);
    const named = (status) => results.filter((it) => it.status === status).map((it) => it.fullName);
    const ran = (file, title) =>
      testResults.some(
        ({ name, assertionResults }) =>
          name.endsWith(file) &&
          assertionResults.some((it) => it.status === 'passed' && it.fullName.includes(title)),
      );
    const loads = testResults.every((it) => it.assertionResults.length > 0);
    return { passed: named('passed'), failed: named('failed'), ran, loads, complaint };
  } catch {
    return { passed: [], failed: [], ran: () => false, loads: false, complaint };
  }
}

async function judge(folder, { edits, test }) {
  write(folder, edits, true);
  const { passed, failed, loads, complaint } = await runTests(folder, [test]);
  write(folder, edits, false);
  if (!loads) return `NOT RUN: ${complaint.trim().split('\n')[0] ?? ''}`;
  if (failed.length > 0) return `killed by ${failed[0]}`;
  return passed.length > 0 ? 'SURVIVED' : 'NO SUCH TEST';
}

/** Without a mutant every one of the tests passes, and each name fits one: else a failure would say nothing. */
async function baseline(folder) {
  const tests = chosen.map(({ test }) => test);
  const { passed, failed, ran, complaint } = await runTests(folder, tests);
  const missing = tests.filter(({ file, title }) => !ran(file, title));
  const problems = [
    ...failed.map((it) => `fails without a mutant: ${it}`),
    ...missing.map(({ file, title }) => `not found or not passed: ${file}: ${title}`),
  ];
  return problems.length > 0 && passed.length === 0 ? [...problems, complaint] : problems;
}

async function run() {
  if (chosen.length === 0) throw new Error(`No mutant has a name with ${words.join(' or ')}`);
  const stale = chosen.flatMap(lost);
  if (stale.length > 0) throw new Error(`The source has changed:\n${stale.join('\n')}`);
  const folders = Array.from({ length: Math.min(2, availableParallelism()) }, copyTree);
  try {
    const problems = await baseline(folders[0]);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const queue = [...chosen];
    const survivors = [];
    const work = async (folder) => {
      for (let it = queue.shift(); it; it = queue.shift()) {
        const verdict = await judge(folder, it);
        if (!verdict.startsWith('killed')) survivors.push(it.name);
        console.log(`${it.name.padEnd(75)} ${verdict}`);
      }
    };
    await Promise.all(folders.map(work));
    console.log(`\n${chosen.length - survivors.length} of ${chosen.length} mutants killed`);
    if (survivors.length > 0) throw new Error(`Not killed:\n${survivors.join('\n')}`);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

run().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
