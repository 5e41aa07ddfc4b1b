import { posix } from 'node:path';
import { parseAst } from 'vitest/node';

/** From the top down: a file imports from its own place and from places below it. */
const places = [
  ['index.ts', 'opentelemetry.ts', 'testing'],
  ['cli'],
  ['oidc-provider', 'passport', 'pages'],
  ['http'],
  ['mfa.ts', 'import-authenticators.ts', 'rewrap.ts'],
  ['setup'],
  ['options.ts'],
  ['endpoints'],
  ['grants'],
  ['authenticators'],
  ['channels'],
  ['core'],
  ['tokens'],
  ['crypto'],
  ['errors.ts'],
  ['ports'],
];

/** Places that may import less than what lies below them. Only `testing` and the command line may use adapters. */
const only: Readonly<Record<string, readonly string[]>> = {
  adapters: ['ports'],
  'opentelemetry.ts': ['ports'],
  crypto: ['ports'],
  ports: [],
};

/** Where a package may be imported. */
const packages: Readonly<Record<string, readonly string[]>> = {
  express: ['http', 'pages'],
  passport: ['passport'],
  jose: ['tokens'],
  kysely: ['adapters'],
  '@opentelemetry/api': ['opentelemetry.ts'],
  pg: ['adapters', 'cli'],
  '@photostructure/sqlite': ['adapters', 'cli'],
};

const drawers = /^(utils?|helpers?|misc|common|shared|lib)$/;
const pastThePorts = /^(adapters\/|ports\/(clock|random)\.ts$)/;
const chance = /^(randomBytes|randomFill|randomFillSync|randomInt|randomUUID|webcrypto)$/;
const fileLimit = 200;
const functionLimit = 40;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

const children = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of children(node)) yield* walk(child);
}

/** `core` of `core/params.ts`, `mfa.ts` of `mfa.ts`. */
const place = (path: string) => path.split('/')[0] ?? path;
const rank = (name: string) => places.findIndex((row) => row.includes(name));

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  if (only[from]) return only[from].includes(to);
  if (to === 'adapters') return from === 'testing' || from === 'cli';
  return rank(from) < rank(to);
}

function importProblems(path: string, specifier: string): string[] {
  const here = place(path);
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
    if (target.startsWith('..')) return [`imports ${specifier}, which is outside lib/`];
    return mayImport(here, place(target)) ? [] : [`imports ${target}, which is not below it`];
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (name === 'express-mfa') return ['imports the package by its own name'];
  if (name === 'process' || name === 'node:process') return ['imports process'];
  const allowed = packages[name.replace(/^@types\//, '')];
  return allowed && !allowed.includes(here)
    ? [`imports ${name}, allowed in ${allowed.join(', ')}`]
    : [];
}

function specifierOf(node: Node): string | undefined {
  const source =
    node.type === 'TSImportType' ? (node['source'] ?? node['argument']) : node['source'];
  if (!isNode(source)) return undefined;
  const literal = isNode(source['literal']) ? source['literal'] : source;
  return typeof literal['value'] === 'string' ? literal['value'] : undefined;
}

function nameOf(value: unknown): string {
  if (!isNode(value)) return '';
  const name = value['name'] ?? value['value'];
  return typeof name === 'string' ? name : '';
}

/** Time, chance and the environment, read without a port; the command line is handed the environment by `bin/`. */
function ambientProblems(node: Node): string[] {
  if (node.type === 'MemberExpression') {
    const read = `${nameOf(node['object'])}.${nameOf(node['property'])}`;
    const banned = ['process.env', 'Math.random', 'Date.now', 'performance.now'];
    return banned.includes(read) ? [`reads ${read}`] : [];
  }
  if (node.type === 'ImportSpecifier' && chance.test(nameOf(node['imported']))) {
    return [`imports ${nameOf(node['imported'])}`];
  }
  if (node.type === 'VariableDeclarator' && nameOf(node['init']) === 'process') {
    return ['takes process apart'];
  }
  const isDate = nameOf(node['callee']) === 'Date';
  const now =
    node.type === 'CallExpression' || (node['arguments'] as unknown[] | undefined)?.length === 0;
  return isDate && now ? ['reads the time with Date()'] : [];
}

const isFunction = (node: Node) =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);

/** The functions directly inside a node, not those inside them. */
const inner = (node: Node): Node[] =>
  children(node).flatMap((child) => (isFunction(child) ? [child] : inner(child)));

/** Lines of a function without those of the functions in it. */
function ownLines(node: Node, lineOf: (offset: number) => number): number {
  const span = (it: Node) => lineOf(it.end) - lineOf(it.start);
  return span(node) + 1 - inner(node).reduce((sum, it) => sum + span(it), 0);
}

/**
 * Checks one file of lib/ against the house rules.
 *
 * @param path relative to lib/, `core/params.ts`
 * @returns one sentence for each violation
 */
export function violations(path: string, source: string): string[] {
  const found: string[] = [];
  const lines = source.split('\n').length - 1;
  const lineOf = (offset: number) => source.slice(0, offset).split('\n').length;
  if (lines > fileLimit) found.push(`has ${lines} lines, more than ${fileLimit}`);
  if (place(path) !== 'adapters' && rank(place(path)) < 0) found.push('has no place in the order');
  const names = path.replace(/\.ts$/, '').split('/');
  if (names.some((name) => drawers.test(name))) found.push('is a drawer, not an idea');
  for (const node of walk(
    parseAst(source, { lang: path.endsWith('x') ? 'tsx' : 'ts' }) as unknown as Node,
  )) {
    const specifier = specifierOf(node);
    if (specifier !== undefined) found.push(...importProblems(path, specifier));
    if (node.type === 'ExportDefaultDeclaration') found.push('has a default export');
    if (!pastThePorts.test(path)) found.push(...ambientProblems(node));
    if (isFunction(node) && ownLines(node, lineOf) > functionLimit) {
      found.push(
        `line ${lineOf(node.start)}: a function of ${ownLines(node, lineOf)} lines, more than ${functionLimit}`,
      );
    }
  }
  return found.map((problem) => `lib/${path} ${problem}`);
}
