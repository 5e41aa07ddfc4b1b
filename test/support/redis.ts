// Starts a throwaway Redis: redis-server or valkey-server on PATH, else Debian's package, unpacked without root under
// node_modules/.cache.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debian, onPath } from './debian.js';

const DEBS = [
  'redis-server',
  'redis-tools',
  'libjemalloc2',
  'liblzf1',
  'liblua5.1-0',
  'lua-bitop',
  'lua-cjson',
];

export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface Binary {
  readonly bin: string;
  /** Where its shared libraries are, when not where the system looks. */
  readonly lib?: string;
}

function unpacked(): Binary | undefined {
  const root = debian('redis', () => DEBS);
  if (root === undefined) return undefined;
  const lib = join(root, 'usr/lib');
  const triplet = readdirSync(lib).find((name) => name.includes('-linux-gnu')) ?? '';
  const binary = { bin: join(root, 'usr/bin/redis-server'), lib: join(lib, triplet) };
  // Of another Debian, or without a library that it needs: as good as none.
  return spawnSync(binary.bin, ['--version'], { env: envOf(binary) }).status === 0
    ? binary
    : undefined;
}

const envOf = ({ lib }: Binary) => ({ ...process.env, ...(lib && { LD_LIBRARY_PATH: lib }) });

/** TEST_REDIS_UNPACK=1 passes over what is on PATH. Fetches it when need be, so the first call may take a while. */
export function redisBinary(): Binary | undefined {
  const found = process.env['TEST_REDIS_UNPACK']
    ? undefined
    : onPath('redis-server', 'valkey-server');
  return found ? { bin: found } : unpacked();
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + 10_000; !(await accepts(port)); ) {
    if (child.exitCode !== null) throw new Error(`redis-server ended (${child.exitCode})`);
    if (Date.now() > end) throw new Error(`nothing listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * A Redis that keeps nothing on disk, on a port of 127.0.0.1.
 *
 * @param more - settings, as `{ 'cluster-enabled': 'yes' }`
 * @returns its URL and process, and `stop()`, which is a kill -9; undefined when there is no Redis to be had
 */
export async function startRedis(
  port: number,
  more: Readonly<Record<string, string>> = {},
): Promise<RedisServer | undefined> {
  const binary = redisBinary();
  if (!binary) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'mfa-redis-'));
  const flags = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir, ...more };
  const child = spawn(
    binary.bin,
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: 'ignore', env: envOf(binary) },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.on('error', () => {});
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await listening(port, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, pid: child.pid as number, stop };
}
