import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const host = mkdtempSync(join(tmpdir(), 'express-mfa-host-'));
/** What this run of npm tells its children would mislead an npm in another folder. */
const misleading =
  /^(npm_(package|lifecycle|command)|npm_config_(local_)?prefix|INIT_CWD|NODE_ENV|NODE_OPTIONS|VITEST)/i;
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !misleading.test(name)),
);
let packed: { filename: string; files: { path: string }[] };

async function run(command: string, args: string[], cwd = host): Promise<string> {
  const shell = process.platform === 'win32' && command === 'npm';
  const options = { cwd, env, shell, maxBuffer: 2 ** 26 };
  return promisify(execFile)(command, args, options).then(
    ({ stdout }) => stdout.trim(),
    ({ stdout, stderr }) =>
      Promise.reject(new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`)),
  );
}

/** Packages that the host has and ours does not bring: taken from here, so that nothing is downloaded for them. */
function provide(names: string[]) {
  for (const name of names) {
    const target = join(host, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), target, 'junction');
  }
}

beforeAll(async () => {
  await run(process.execPath, ['scripts/build.js'], root);
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', host];
  [packed] = JSON.parse(await run('npm', pack, root));
  const dependencies = { 'express-mfa': `file:./${packed.filename}` };
  writeFileSync(
    join(host, 'package.json'),
    JSON.stringify({ type: 'module', private: true, dependencies }),
  );
  const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...quiet, '--legacy-peer-deps', '--omit=dev']);
  provide(['express', '@types/express', '@types/node']);
  cpSync(join(import.meta.dirname, 'consumers'), host, { recursive: true });
}, 120_000);

afterAll(() => rmSync(host, { recursive: true, force: true }));

describe('the packed package', { timeout: 30_000 }, () => {
  test('holds the built library, its command, its papers and nothing else', () => {
    const others = packed.files
      .map(({ path }) => path)
      .filter((path) => !/^dist\/.+\.(js|d\.ts)(\.map)?$/.test(path))
      .filter(
        (path) =>
          !/^(package\.json|bin\/express-mfa\.js|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md|docs\/[a-z-]+\.md)$/.test(
            path,
          ),
      );
    expect(others).toEqual([]);
  });

  test('brings no test, example or development dependency', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const lock = JSON.parse(readFileSync(join(host, 'package-lock.json'), 'utf8'));
    const installed = Object.keys(lock.packages).filter((path) => path.startsWith('node_modules/'));
    expect(installed.length).toBeLessThanOrEqual(Object.keys(dependencies).length + 3);
  });

  test('works in a host in JavaScript modules', async () => {
    expect(await run(process.execPath, ['esm.mjs'])).toBe('works');
  });

  test('works in a host in CommonJS, without its optional peers', async () => {
    expect(await run(process.execPath, ['cjs.cjs'])).toBe('works');
  });

  test('compiles in a strict host in TypeScript', async () => {
    const compilerOptions = {
      target: 'es2023',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      verbatimModuleSyntax: true,
      noEmit: true,
    };
    const project = { compilerOptions, files: ['typed.ts'] };
    writeFileSync(join(host, 'tsconfig.json'), JSON.stringify(project));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    expect(await run(process.execPath, [tsc, '-p', '.'])).toBe('');
  });
});
