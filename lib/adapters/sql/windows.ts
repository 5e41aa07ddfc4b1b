import type { Reservation, Window } from '../../ports/index.js';
import { inKeyOrder } from '../rolling-log.js';
import type { Engine } from './engine.js';
import { releaseInSteps, reserveInSteps } from './windows-in-steps.js';
import { releaseQuery, reservation, reserveQuery } from './windows-query.js';

/*
 * `mfa_window.log` holds the times of the units, newest first, as text of a fixed width, which compares as the numbers
 * do. A window with a resolution has a count after each time. `now` is the caller's: the database's clock plays no
 * part. `ends_at` is for the purge alone.
 */

/** Takes one unit in each window, or in none. */
export async function reserve(
  engine: Engine,
  issuer: string,
  wanted: readonly Window[],
  now: number,
): Promise<Reservation> {
  const windows = inKeyOrder(wanted);
  if (windows.length === 0) return { granted: true };
  if (engine.kind === 'sqlite') return reserveInSteps(engine, issuer, windows, now);
  return reservation(await engine.run(reserveQuery(issuer, windows, now)));
}

/** Gives the newest unit of `at` or before back in each window that has one. */
export async function release(
  engine: Engine,
  issuer: string,
  taken: readonly Window[],
  at: number,
): Promise<void> {
  const windows = inKeyOrder(taken);
  if (windows.length === 0) return;
  if (engine.kind === 'sqlite') releaseInSteps(engine, issuer, windows, at);
  else await engine.run(releaseQuery(issuer, windows, at));
}
