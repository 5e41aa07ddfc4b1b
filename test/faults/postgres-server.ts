// A PostgreSQL of the test's own that can be restarted, killed and stopped in its tracks. Linux only: the server
// that test/support starts is found, and started again, by what /proc says about it.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../support/free-port.js';
import { startPostgres } from '../support/postgres.js';

export interface PostgresServer {
  readonly port: number;
  readonly url: string;
  /** One statement on a connection of its own, also while the server is read-only. */
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  /** SIGSTOP to the server and each of its processes, or SIGCONT. */
  freeze(): void;
  thaw(): void;
  end(): Promise<void>;
}

const SIGNAL = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

export async function openPostgres(): Promise<PostgresServer> {
  const port = await freePort();
  const { url } = await startPostgres(port);
  const client = () =>
    new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' });

  async function sql(text: string, values: unknown[] = []) {
    const connection = client();
    connection.on('error', () => {});
    await connection.connect();
    try {
      return (await connection.query(text, values)).rows as Record<string, unknown>[];
    } finally {
      await connection.end().catch(() => {});
    }
  }

  const data = String((await sql('show data_directory'))[0]?.['data_directory']);
  let pid = Number(readFileSync(`${data}/postmaster.pid`, 'utf8').split('\n')[0]);
  const exe = readlinkSync(`/proc/${pid}/exe`);
  const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1, -1);
  const id = (name: string) =>
    Number(
      new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
    );
  const who = process.getuid?.() === 0 ? { uid: id('Uid'), gid: id('Gid') } : {};
  let child: ChildProcess | undefined;

  async function stop(mode: 'fast' | 'immediate'): Promise<void> {
    process.kill(pid, SIGNAL[mode]);
    while (isRunning(pid)) await sleep(10);
  }
  async function start(): Promise<void> {
    const env = { ...process.env, LC_ALL: 'C' };
    child = spawn(exe, args, {
      ...who,
      env,
      cwd: dirname(data),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    pid = child.pid as number;
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child?.stderr?.on('data', (text) => {
        log += text;
        if (log.includes('ready to accept connections')) resolve();
      });
      child?.on('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)));
    });
  }
  /** The server first, so that it starts no more of them. */
  const all = (signal: NodeJS.Signals) => {
    process.kill(pid, signal);
    for (const one of childrenOf(pid)) tell(one, signal);
  };
  return {
    port,
    url,
    sql,
    stop,
    start,
    async restart(mode) {
      await stop(mode);
      await start();
    },
    freeze: () => all('SIGSTOP'),
    thaw: () => all('SIGCONT'),
    async end() {
      if (isRunning(pid)) {
        all('SIGCONT');
        await stop('immediate');
      }
      rmSync(dirname(data), { recursive: true, force: true });
      const drop = /^.*\/mfa-pgbin-[^/]+/.exec(exe)?.[0];
      if (drop) rmSync(drop, { recursive: true, force: true });
    },
  };
}

/** One that ends just now needs no signal. */
function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Neither gone nor waiting for its parent to notice that it is. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function childrenOf(parent: number): number[] {
  const isChild = (pid: string) => {
    try {
      return (
        Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === parent
      );
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((it) => /^\d+$/.test(it) && isChild(it))
    .map(Number);
}
