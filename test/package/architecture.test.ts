import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { violations } from './house-rules.js';

const lib = join(import.meta.dirname, '../../lib');
const paths = readdirSync(lib, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => path.replaceAll('\\', '/'));

describe('the library', () => {
  test('keeps the house rules in every file', () => {
    expect(paths.length).toBeGreaterThan(10);
    const found = paths.flatMap((path) => violations(path, readFileSync(join(lib, path), 'utf8')));
    expect(found).toEqual([]);
  });
});

describe('the rules find', () => {
  const body = (lines: number) => '  call();\n'.repeat(lines);

  test.each([
    ['an import that points up', 'core/a.ts', "import { b } from '../http/b.js';"],
    ['a type that points up', 'core/a.ts', "import type { B } from '../endpoints/b.js';"],
    ['a re-export that points up', 'core/a.ts', "export { b } from '../grants/b.js';"],
    ['a star that points up', 'tokens/a.ts', "export * from '../core/b.js';"],
    ['an import() that points up', 'core/a.ts', "const b = await import('../http/b.js');"],
    ['an import() type that points up', 'core/a.ts', "let b: import('../http/b.js').B;"],
    ['a grant that uses an endpoint', 'grants/a.ts', "import { b } from '../endpoints/b.js';"],
    ['an import between neighbours', 'http/a.ts', "import { b } from '../pages/b.js';"],
    ['an adapter used by the library', 'core/a.ts', "import { b } from '../adapters/b.js';"],
    ['an adapter that uses the core', 'adapters/sql/a.ts', "import { b } from '../../core/b.js';"],
    ['a port that uses something', 'ports/a.ts', "import { b } from '../errors.js';"],
    ['crypto that uses an error', 'crypto/a.ts', "import { b } from '../errors.js';"],
    ['an import from outside', 'core/a.ts', "import { b } from '../../test/b.js';"],
    ['an import by own name', 'core/a.ts', "import { b } from 'express-mfa';"],
    ['express outside http/', 'core/a.ts', "import type { Request } from 'express';"],
    ['express in passport/', 'passport/a.ts', "import express from 'express';"],
    ['passport outside passport/', 'http/a.ts', "import passport from 'passport';"],
    ['jose outside tokens/', 'crypto/a.ts', "import { jwtVerify } from 'jose/jwt/verify';"],
    ['kysely outside adapters/', 'core/a.ts', "import { sql } from 'kysely';"],
    ['the environment', 'http/a.ts', "const a = process.env['A'];"],
    ['the environment in a command', 'cli/a.ts', "const a = process.env['A'];"],
    ['the environment by name', 'http/a.ts', "const a = process['env'];"],
    ['the environment in parts', 'http/a.ts', 'const { env } = process;'],
    ['the environment by import', 'http/a.ts', "import { env } from 'node:process';"],
    ['Math.random', 'core/a.ts', 'const a = Math.random();'],
    ['node:crypto chance', 'crypto/a.ts', "import { randomBytes as r } from 'node:crypto';"],
    ['Date.now', 'core/a.ts', 'const a = Date.now;'],
    ['new Date()', 'core/a.ts', 'const a = new Date();'],
    ['Date()', 'core/a.ts', 'const a = Date();'],
    ['the clock read in another port', 'ports/events.ts', 'const a = Date.now();'],
    ['a default export', 'core/a.ts', 'export default 1;'],
    ['a drawer', 'core/utils.ts', 'export const a = 1;'],
    ['a drawer with files', 'adapters/helpers/a.ts', 'export const a = 1;'],
    ['a folder without a place', 'services/a.ts', 'export const a = 1;'],
    ['a long file', 'core/a.ts', '\n'.repeat(201)],
    ['a long function', 'core/a.ts', `function a() {\n${body(39)}}\n`],
    ['a long arrow', 'core/a.ts', `export const a = () => {\n${body(39)}};\n`],
    ['a long method', 'core/a.ts', `export const a = {\n b() {\n${body(39)}}\n};\n`],
  ])('%s', (_name, path, source) => {
    expect(violations(path, source)).toHaveLength(1);
  });

  test.each([
    [
      'imports that point down',
      'http/a.ts',
      "import { b } from '../core/b.js';\nimport express from 'express';",
    ],
    [
      'a neighbour in the folder',
      'adapters/sql/a.ts',
      "import { b } from './b.js';\nimport { c } from '../../ports/index.js';",
    ],
    [
      'words in comments and strings',
      'core/a.ts',
      "// Date.now(), import x from 'jose'\nconst a = 'process.env';",
    ],
    ['a given time', 'core/a.ts', 'const a = (now: number) => new Date(now);'],
    ['the clock', 'ports/clock.ts', 'const a = Date.now();'],
    ['a function of 40 lines', 'core/a.ts', `function a() {\n${body(38)}}\n`],
    [
      'functions in a function',
      'core/a.ts',
      `function a() {\n  function b() {\n${body(30)}  }\n  function c() {\n${body(30)}  }\n}\n`,
    ],
  ])('nothing wrong with %s', (_name, path, source) => {
    expect(violations(path, source)).toEqual([]);
  });
});
