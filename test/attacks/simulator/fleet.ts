// Two processes of the site on one store; any of them may be killed and started again.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { generateKeys } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import type { Where } from './process.js';
import { type Comparison, type Report, serveSite } from './site.js';

const root = join(import.meta.dirname, '../../..');
/** Below node_modules, so that what is built finds them. */
const CACHE = join(root, 'node_modules/.cache');

export interface Fleet {
  /** One URL per process, as it is now. */
  readonly urls: readonly string[];
  /** What was compared so far, in all processes, those that were killed too. */
  report(): Promise<Report>;
  /** `kill -9`, and a new process in its place. */
  restart(process: number): Promise<void>;
  /** Redis loses everything; nothing happens where there is none. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly url: string;
  end(): Promise<void>;
}

/** The process as JavaScript, from the sources. @returns the folder that it is in */
export async function build(): Promise<string> {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'));
  const vite = await import(resolve('vite')); // the one that vitest has
  mkdirSync(CACHE, { recursive: true });
  const outDir = mkdtempSync(join(CACHE, 'simulator-'));
  await vite.build({
    configFile: join(root, 'vitest.config.ts'),
    logLevel: 'error',
    root,
    build: { ssr: 'test/attacks/simulator/process.ts', outDir, emptyOutDir: true },
  });
  return outDir;
}

/** Two real processes. @param built - the folder that `build` gave */
export async function processes(
  built: string,
  where: Omit<Where, 'keys'>,
  flush: () => Promise<unknown> = async () => {},
): Promise<Fleet> {
  const keys = await generateKeys();
  return fleetOf(() => startProcess(join(built, 'process.js'), { ...where, keys }), flush);
}

/** Two instances that share a memory store, which no other process can see. */
export async function instances(): Promise<Fleet> {
  const [keys, stores] = [await generateKeys(), memoryStores()];
  return fleetOf(async () => {
    const site = await serveSite(stores, keys);
    return { url: site.url, end: async () => site.close() };
  });
}

async function startProcess(script: string, where: Where): Promise<Running> {
  const child: ChildProcess = fork(script, { execArgv: [], stdio: 'inherit' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = new Promise<string>((resolve, reject) => {
    child.once('message', (it) => resolve(it as string));
    child.once('exit', (code) => reject(new Error(`the site ended (${code})`)));
  });
  child.send(where);
  return {
    url: await url,
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function fleetOf(start: () => Promise<Running>, flush?: () => Promise<unknown>) {
  const running = await Promise.all([start(), start()]);
  const urls = running.map(({ url }) => url);
  const comparisons: Comparison[] = [];
  const ask = async (url: string): Promise<Report> => {
    const report = (await (await fetch(`${url}/report`)).json()) as Report;
    comparisons.push(...report.comparisons);
    return report;
  };
  const fleet: Fleet = {
    urls,
    async report() {
      const [first] = await Promise.all(urls.map(ask));
      return { comparisons, bounds: first?.bounds ?? [] };
    },
    async restart(process) {
      await ask(urls[process] as string);
      await running[process]?.end();
      running[process] = await start();
      urls[process] = (running[process] as Running).url;
    },
    flush: async () => void (await flush?.()),
    async close() {
      await Promise.all(running.map((it) => it.end()));
    },
  };
  return fleet;
}
