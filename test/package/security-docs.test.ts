// What SECURITY.md and docs/security.md say of tests and numbers is so.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { guessBoundTable } from './guess-bound-table.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Named {
  /** The first cell of its row. */
  readonly id: string;
  readonly file: string;
  readonly title: string;
}

/** Rows that name a test: … | `test/….ts` | its title | */
const namedIn = (page: string): Named[] =>
  [...read(page).matchAll(/^\| (.+?) \|.*?`(test\/[\w./-]+\.ts)` \| (.+?) \|$/gm)].map(
    ([, id = '', file = '', title = '']) => ({ id, file, title }),
  );

/** Titles of the file that the words are in: what stands between quotes after `test(`, `test.each(…)(` or `it(`. */
const titlesWith = (file: string, words: string): string[] =>
  read(file)
    .split('\n')
    .filter((line) => /['`]/.test(line) && !/^\s*(\/\/|\*|import )/.test(line))
    .filter((line) => line.includes(words));

describe.each(['SECURITY.md', 'docs/security.md'])('%s', (page) => {
  test('names tests that exist', () => {
    const named = namedIn(page);
    expect(named.length).toBeGreaterThan(15);
    const missing = named.filter(
      ({ file, title }) =>
        title.length < 12 || !existsSync(join(root, file)) || titlesWith(file, title).length === 0,
    );
    expect(missing).toEqual([]);
  });
});

describe('SECURITY.md', () => {
  test('names a test for each of its promises', () => {
    const text = read('SECURITY.md').split(/^## 2/m)[0] ?? '';
    const promises = [...text.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => number);
    expect(promises.length).toBeGreaterThan(5);
    const proven = new Set(namedIn('SECURITY.md').map(({ id }) => id));
    expect(promises.filter((number) => !proven.has(number ?? ''))).toEqual([]);
  });
});

describe('docs/security.md', () => {
  test('has each class of bypasses, and the test that it names bears its number', () => {
    const named = new Map(namedIn('docs/security.md').map((it) => [it.id, it]));
    const classes = Array.from({ length: 32 }, (_, i) => `B${i + 1}`);
    expect(classes.filter((id) => !named.has(id))).toEqual([]);
    const unnumbered = [...named.values()].filter(
      ({ id, file, title }) =>
        !titlesWith(file, title).some((line) => new RegExp(`\\b${id}\\b`).test(line)),
    );
    expect(unnumbered).toEqual([]);
  });

  test('has the table that mfa.guessBound() gives', async () => {
    const lines = read('docs/security.md').split('\n');
    const from = lines.findIndex((line) => line.startsWith('| factor |'));
    const table = await guessBoundTable();
    expect(lines.slice(from, from + table.length)).toEqual(table);
  });
});
