// Prints which test proves which requirement, by the numbers in the titles of tests, and fails on a gap: a requirement of
// severity S0 or S1 that no test names. The requirements stand in test/requirements.json; `later` excuses one that is not
// built yet.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';

const root = join(import.meta.dirname, '..');
const number = /\b(?:R-\d{3}|F-\d{2}|D\d{1,2}|B\d{1,2})\b/g;

/** @param {object} node */
const children = (node) =>
  Object.values(node)
    .flat()
    .filter((it) => typeof it === 'object' && it !== null && 'type' in it);

/** `test` of `test.each(rows)('…')`. */
function calledName({ type, callee, object, tag, name }) {
  if (type === 'Identifier') return name;
  const inner = callee ?? object ?? tag;
  return inner ? calledName(inner) : '';
}

function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type !== 'TemplateLiteral') return '';
  return node.quasis.map(({ value }) => value.cooked).join('…');
}

/** Titles of tests, each with those of the groups around it. */
function* titles(node, around = '') {
  let title = around;
  if (node.type === 'CallExpression') {
    const own = textOf(node.arguments[0]);
    const isTest = /^(test|it|describe)$/.test(calledName(node.callee));
    if (isTest && own) {
      title = `${around} ${own}`;
      if (!/^describe/.test(calledName(node.callee))) yield { title, own };
    } else if (/^(R-\d|F-\d|[BD]\d)/.test(own)) yield { title: `${around} ${own}`, own };
  }
  for (const child of children(node)) yield* titles(child, title);
}

/** id → names of files → titles in them. */
function named() {
  const byId = new Map();
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((it) => it.endsWith('.ts') && !it.includes('node_modules'))) {
    const program = parseAst(readFileSync(join(root, 'test', file), 'utf8'), { lang: 'ts' });
    for (const { title, own } of titles(program)) {
      for (const id of new Set(title.match(number))) {
        const inFiles = byId.get(id) ?? new Map();
        inFiles.set(file, [...(inFiles.get(file) ?? []), own]);
        byId.set(id, inFiles);
      }
    }
  }
  return byId;
}

const requirements = JSON.parse(readFileSync(join(root, 'test/requirements.json'), 'utf8'));
const byId = named();
const gaps = [];
for (const { id, severity, title, later } of requirements) {
  const files = [...(byId.get(id) ?? [])];
  const count = files.reduce((sum, [, own]) => sum + own.length, 0);
  const isGap = count === 0 && !later && /^S[01]$/.test(severity);
  if (isGap) gaps.push(id);
  const state = count > 0 ? String(count) : later ? 'later' : isGap ? 'GAP' : '-';
  console.log(`${id} ${severity} ${state.padStart(5)}  ${title}`);
  for (const [file, own] of files) {
    console.log(`${' '.repeat(16)}${file}`);
    if (process.argv.includes('--names')) {
      for (const it of own) console.log(`${' '.repeat(18)}${it.trim()}`);
    }
  }
}
const known = new Set(requirements.map(({ id }) => id));
const unknown = [...byId.keys()].filter((id) => /^[RF]/.test(id) && !known.has(id));
if (unknown.length > 0) console.log(`\nNamed by tests, but no requirement: ${unknown.join(', ')}`);
const proven = requirements.filter(({ id }) => byId.has(id)).length;
const later = requirements.filter((it) => it.later).map(({ id }) => id);
if (later.length > 0) console.log(`\nExcused until they are built: ${later.join(', ')}`);
console.log(`\n${proven} of ${requirements.length} requirements have a test, ${gaps.length} gaps`);
if (gaps.length > 0) console.error(`No test names: ${gaps.join(', ')}`);
process.exitCode = gaps.length + unknown.length > 0 ? 1 : 0;
