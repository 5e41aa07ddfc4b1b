// Builds lib/ to dist/ and example-app/*.ts to example-app/dist/. Returns at once when nothing
// changed; two builds at the same moment take turns; an output file is replaced whole or not at all.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { withLock } from './lock.js';

process.chdir(join(import.meta.dirname, '..'));
const parts = [
  // Compiled beside its place first, equally deep, so that source maps hold.
  { project: 'tsconfig.build.json', stage: '.build', out: 'dist' },
  { project: 'example-app/tsconfig.json', stage: 'example-app/.build', out: 'example-app/dist' },
];
const settings = ['tsconfig.json', 'package.json', 'package-lock.json', 'scripts/build.js'];
const stamp = 'example-app/dist/.stamp';

function files(folder) {
  if (!fs.existsSync(folder)) return [];
  const found = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((it) => it.isFile() && it.name !== '.stamp')
    .map((it) => join(it.parentPath, it.name))
    .sort();
}

/** What the build depends on, by content. */
function sources() {
  const hash = createHash('sha256');
  const example = fs.readdirSync('example-app').filter((name) => name.endsWith('.ts'));
  const names = [...settings, ...parts.map((it) => it.project), ...files('lib')];
  for (const file of [...names, ...example.map((name) => join('example-app', name))]) {
    hash.update(`\0${file}\0`).update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

/** What it made, by name and size: a file that was deleted or cut short is made again. */
function outputs() {
  const list = parts.flatMap(({ out }) => files(out).map((it) => [it, fs.statSync(it).size]));
  return createHash('sha256').update(JSON.stringify(list)).digest('hex');
}

const upToDate = () =>
  fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === `${sources()} ${outputs()}`;

async function compile(project, stage) {
  const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
  const tsc = join(dirname(typescript), 'bin/tsc');
  const args = [tsc, '-p', project, '--outDir', stage, '--noEmitOnError'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((done) => child.on('exit', done).on('error', done));
  if (code !== 0) throw new Error(`${project} does not compile`);
}

function publish(stage, out) {
  const built = files(stage).map((file) => relative(stage, file));
  for (const name of built) {
    const [from, to] = [join(stage, name), join(out, name)];
    if (fs.existsSync(to) && fs.readFileSync(to).equals(fs.readFileSync(from))) continue;
    fs.mkdirSync(dirname(to), { recursive: true });
    fs.renameSync(from, to);
  }
  for (const file of files(out)) if (!built.includes(relative(out, file))) fs.rmSync(file);
}

async function build() {
  if (upToDate()) return; // another process built it meanwhile
  fs.rmSync(stamp, { force: true });
  const from = sources();
  for (const { project, stage, out } of parts) {
    fs.rmSync(stage, { recursive: true, force: true });
    try {
      await compile(project, stage);
      publish(stage, out);
    } finally {
      fs.rmSync(stage, { recursive: true, force: true });
    }
  }
  fs.writeFileSync(`${stamp}.new`, `${from} ${outputs()}`);
  fs.renameSync(`${stamp}.new`, stamp);
}

try {
  if (!upToDate()) await withLock('.build.lock', build);
} catch (error) {
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
}
