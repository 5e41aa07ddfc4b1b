// the published threat model is about what is tested.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('SECURITY.md');

test('R-145: SECURITY.md comes with the package, and says how to report a weakness', () => {
  expect(JSON.parse(read('package.json')).files).toContain('SECURITY.md');
  expect(page).toMatch(/^## Reporting a weakness\n\n.*privately/m);
});

test('R-145: each rule on it is a requirement, and has a test that names it or is to come', () => {
  const rules = [...page.matchAll(/^\| ([RF]-\d{2,3}) \|/gm)].map(([, id]) => id ?? '');
  expect(rules.length).toBeGreaterThan(50);
  expect(new Set(rules).size).toBe(rules.length);
  const script = join(root, 'scripts/security-coverage.js');
  let table = '';
  try {
    table = execFileSync(process.execPath, [script], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    table = (error as { stdout: string }).stdout; // a gap elsewhere is another test's business
  }
  const states = new Map(
    [...table.matchAll(/^([RF]-\d{2,3}) S\d +(\w+|-) /gm)].map(([, id, state]) => [id, state]),
  );
  expect(rules.filter((id) => !/^(\d+|later)$/.test(states.get(id) ?? ''))).toEqual([]);
});
