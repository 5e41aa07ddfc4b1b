// A lock between processes that needs nothing but a file system: a folder that holds one file, named
// by its owner. Creating the folder takes the lock. A dead owner's file is taken over by renaming it,
// which only one process can do.
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const staleAfter = 10_000; // milliseconds without a sign of life

const attempt = (work) => {
  try {
    work();
    return true;
  } catch {
    return false;
  }
};

function abandoned(folder, holder) {
  try {
    const [host, pid, since = 0] = holder.split(' ');
    if (host === hostname() && !attempt(() => process.kill(Number(pid), 0))) return true;
    // A file that was just taken over still has its old time; its name says when that was.
    const alive = Math.max(fs.statSync(join(folder, holder)).mtimeMs, Number(since));
    return Date.now() - alive > staleAfter;
  } catch {
    return false; // released meanwhile
  }
}

function list(folder) {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; // released meanwhile
  }
}

/** @returns the file of the new owner, or undefined while another process has the lock */
function take(folder) {
  const mine = join(folder, `${hostname()} ${process.pid} ${Date.now()}`);
  if (attempt(() => fs.mkdirSync(folder))) {
    return attempt(() => fs.writeFileSync(mine, '')) ? mine : undefined;
  }
  const [holder = ''] = list(folder);
  if (!abandoned(folder, holder)) return undefined;
  if (holder) return attempt(() => fs.renameSync(join(folder, holder), mine)) ? mine : undefined;
  attempt(() => fs.rmdirSync(folder)); // its owner died between two calls
  return undefined;
}

/** Runs `work` while no other process that uses `folder` does; waits for its turn. */
export async function withLock(folder, work) {
  let mine = take(folder);
  while (!mine) {
    await wait(50);
    mine = take(folder);
  }
  const now = () => new Date();
  const alive = setInterval(() => attempt(() => fs.utimesSync(mine, now(), now())), 1000);
  try {
    return await work();
  } finally {
    clearInterval(alive);
    attempt(() => fs.rmSync(mine));
    attempt(() => fs.rmdirSync(folder));
  }
}
