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
    const [host, pid] = holder.split(' ');
    if (host === hostname() && !attempt(() => process.kill(Number(pid), 0))) return true;
    return Date.now() - fs.statSync(join(folder, holder)).mtimeMs > staleAfter;
  } catch {
    return false; // released meanwhile
  }
}

function take(folder, mine) {
  if (attempt(() => fs.mkdirSync(folder))) return attempt(() => fs.writeFileSync(mine, ''));
  if (!fs.existsSync(folder)) return false;
  const [holder] = fs.readdirSync(folder);
  if (!holder) {
    // Its owner died between two calls; a folder that is not empty stays.
    if (abandoned(folder, '')) attempt(() => fs.rmdirSync(folder));
    return false;
  }
  return abandoned(folder, holder) && attempt(() => fs.renameSync(join(folder, holder), mine));
}

/** Runs `work` while no other process that uses `folder` does; waits for its turn. */
export async function withLock(folder, work) {
  const mine = join(folder, `${hostname()} ${process.pid} ${Date.now()}`);
  while (!take(folder, mine)) await wait(50);
  const alive = setInterval(() => attempt(() => fs.utimesSync(mine, new Date(), new Date())), 1000);
  try {
    return await work();
  } finally {
    clearInterval(alive);
    attempt(() => fs.rmSync(mine));
    attempt(() => fs.rmdirSync(folder));
  }
}
