// One process of the example app.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SERVER } from './build.js';

export interface AppProcess {
  readonly pid: number;
  /** Set once it listens and answers. */
  port: number;
  readonly log: Record<string, unknown>[];
  readonly stderr: () => string;
  /** Resolves when it serves requests; rejects when it ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

/** The port is known before the app is ready, so that its answers until then can be looked at. */
export function startApp(
  env: Readonly<Record<string, string>>,
  cwd: string,
  server = SERVER,
): AppProcess {
  const child: ChildProcess = spawn(process.execPath, [server], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (text) => (stderr += text));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const log: Record<string, unknown>[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry['event'] !== 'server.listening') return;
      it.port = entry['port'] as number;
      resolve();
    });
    child.on('close', () => reject(new Error(`the app ended: ${stderr}`)));
  });
  ready.catch(() => {}); // who waits for it hears of it
  const it: AppProcess = {
    pid: child.pid as number,
    port: Number(env['PORT'] ?? 0),
    log,
    stderr: () => stderr,
    ready,
    ended,
    signal: (name) => void child.kill(name),
  };
  return it;
}
