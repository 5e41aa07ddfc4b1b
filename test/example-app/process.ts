// The example app as a process of its own, in a directory that goes away.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

const root = join(import.meta.dirname, '../..');

export const ISSUER = 'http://localhost:3000/';
export const OOB_GRANT = 'http://auth0.com/oauth/grant-type/mfa-oob';
export const OTP_GRANT = 'http://auth0.com/oauth/grant-type/mfa-otp';
export const RECOVERY_GRANT = 'http://auth0.com/oauth/grant-type/mfa-recovery-code';

type Env = Readonly<Record<string, string>>;
/** Anything: answers are compared member by member. */
type Body = ReturnType<typeof JSON.parse>;

const cleanUp: (() => void)[] = [];

/**
 * To be called at the top of every test file that starts or makes any of these: files of one worker share this module, so a
 * hook of its own would run after the first of them only.
 */
export const endAfterwards = (): void => {
  afterAll(() => {
    for (const step of cleanUp.splice(0).reverse()) step();
  });
};

/** Before any of it runs: what is built has to be what the sources say. */
export const build = () =>
  promisify(execFile)(process.execPath, ['scripts/build.js'], { cwd: root });

/** An empty directory, until the tests of the file are done. */
export function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'express-mfa-example-'));
  cleanUp.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A script of the example app, with nothing in its environment but this. */
export function run(script: string, cwd: string, env: Env): ChildProcess {
  const child = spawn(process.execPath, [join(root, 'example-app/dist', script)], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanUp.push(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits for its end. @returns the exit code and everything that it printed */
export async function outcome(child: ChildProcess) {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, output };
}

export interface RunningApp extends ReturnType<typeof callsTo> {
  readonly port: number;
  readonly log: readonly Record<string, unknown>[];
  /** @returns the exit code, null when the signal ended it */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Starts the app on a free port, with an issuer that stays the same over restarts. */
export async function start(cwd: string, env: Env = {}): Promise<RunningApp> {
  const child = run('server.js', cwd, { PORT: '0', ISSUER, ...env });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  let complaint = '';
  child.stderr?.on('data', (text) => (complaint += text));
  const log: Record<string, unknown>[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry['event'] === 'server.listening') resolve(entry['port'] as number);
    });
    child.on('close', () => reject(new Error(complaint)));
  });
  const end = (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    return ended;
  };
  return { ...callsTo(`http://127.0.0.1:${port}`), port, log, end };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(15_000), ...init });
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** What a client does, in forms where `curl -d` would send forms. */
function callsTo(url: string) {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const token = (members: Env) =>
    send(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'spa', ...members }),
    });
  return {
    url,
    get: (path: string, headers: Env = {}) => send(url + path, { headers }),
    token,
    login: (username: string, members: Env = {}) =>
      token({ grant_type: 'password', username, password: 'correct horse', ...members }),
    associate: (bearerToken: string, members: Body) =>
      send(`${url}/mfa/associate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(bearerToken) },
        body: JSON.stringify(members),
      }),
    challenge: (mfaToken: string, members: Env = {}) =>
      send(`${url}/mfa/challenge`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'spa', mfa_token: mfaToken, ...members }),
      }),
    list: (bearerToken: string) =>
      send(`${url}/mfa/authenticators`, { headers: bearer(bearerToken) }),
    whoami: (bearerToken: string) => send(`${url}/api/whoami`, { headers: bearer(bearerToken) }),
    confirm: (mfaToken: string, oobCode: string, code: string) =>
      token({ grant_type: OOB_GRANT, mfa_token: mfaToken, oob_code: oobCode, binding_code: code }),
    /** Messages to this number, newest first. */
    outbox: async (to: string) =>
      (await send(`${url}/dev/outbox.json?to=${encodeURIComponent(to)}`)).body,
  };
}

export const PHONE = '+12025550147';
export const SMS = { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: PHONE };
