import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RunningApp {
  readonly url: string;
  /** Whether the tutorial started it. */
  readonly own: boolean;
  stop(): Promise<void>;
}

/** The app on the usual port when it runs there, else a fresh one. */
export async function runningApp(port = process.env.PORT || '3000'): Promise<RunningApp> {
  const url = `http://localhost:${port}`;
  if (port !== '0' && (await isExampleApp(url))) return { url, own: false, stop: async () => {} };
  return startApp();
}

/** Ready, and with an outbox to read the code from. */
async function isExampleApp(url: string): Promise<boolean> {
  const ok = (path: string) =>
    fetch(url + path, { signal: AbortSignal.timeout(3_000), redirect: 'error' }).then(
      async (answer) => answer.ok && (await answer.json()) !== null,
      () => false,
    );
  return (
    (await ok('/healthz').catch(() => false)) && (await ok('/dev/outbox.json').catch(() => false))
  );
}

/** A fresh app on a free port: an empty database in memory, secrets in a directory that goes away. */
export async function startApp(): Promise<RunningApp> {
  const directory = await mkdtemp(join(tmpdir(), 'express-mfa-tutorial-'));
  const child = spawn(process.execPath, [fileURLToPath(new URL('server.js', import.meta.url))], {
    cwd: directory,
    env: { PATH: process.env.PATH, PORT: '0', DATABASE_URL: 'memory:' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { event, url } = JSON.parse(line);
    if (event !== 'server.listening') continue;
    child.stdout.resume();
    return { url, own: true, stop };
  }
  await stop();
  throw new Error(complaint.trim() || 'the app did not start');
}
