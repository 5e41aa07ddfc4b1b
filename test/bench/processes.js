import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { profileReport } from './profile.js';

const failed = new AbortController();

function start(name, args, execArgv) {
  const child = fork(new URL(name, import.meta.url), args, { execArgv });
  child.once('exit', (code) => failed.abort(new Error(`${name} ended with code ${code}`)));
  return child;
}

async function ask(child, message) {
  if (message) child.send(message);
  const [reply] = await once(child, 'message', { signal: failed.signal });
  if (reply.error) throw new Error(reply.error);
  return reply;
}

/** The process that plays the clients. */
export function startDriver() {
  const child = start('driver.js', [], []);
  return { run: (phase) => ask(child, phase), stop: () => child.disconnect() };
}

async function stopServer(child, profiles, flows) {
  if (!child.connected) return undefined;
  child.disconnect();
  await once(child, 'exit');
  return profiles && profileReport(profiles, flows);
}

/**
 * One of the servers compared, in a process of its own.
 *
 * @param profiling whether `stop(flows)` resolves to a summary of the time that each function took
 */
export async function startServer(name, file, directory, profiling) {
  const outbox = join(directory, `${name}.outbox`);
  writeFileSync(outbox, '');
  const profiles = profiling ? join(directory, name) : undefined;
  if (profiles) mkdirSync(profiles);
  const execArgv = profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];
  const child = start(file, [outbox], execArgv);
  const { port } = await ask(child);
  return {
    name,
    address: { port, outbox },
    /** µs on all threads of the process so far. */
    cpu: async () => (await ask(child, 'cpu')).cpu,
    stop: (flows) => stopServer(child, profiles, flows),
  };
}
