/** Enrolments that nobody confirms, over five days of a clock that runs ahead. */
import { openSite } from './site.js';
import { ABANDONED, walk } from './steps.js';

const DAYS = 5;
const DAY = 86_400_000;
const LANES = 6;
/** With fewer, so much time passes from one to the next that six at once would outlive their tokens. */
const ENOUGH = 10_000;
/** Of each user, in all: four a day, below the six that a number may be sent for enrolments. */
const PER_USER = 20;

/**
 * Abandons `count` enrolments. The routers purge by themselves, as they do in production.
 *
 * @returns what stood in the tables at the end of each day, and after a purge two days later
 */
export async function soak(database, keys, count) {
  let now = Date.now();
  const site = await openSite(database, keys, { purging: true, clock: { now: () => now } });
  const users = Math.ceil(count / PER_USER);
  const days = [];
  let next = 0;
  const lane = async () => {
    const connection = await site.connect();
    for (let turn = next++; turn < count; turn = next++) {
      now += (DAYS * DAY) / count;
      await walk(ABANDONED, site, connection, 1 + (turn % users));
      if ((turn + 1) % Math.ceil(count / DAYS) === 0) {
        days.push({ at: `day ${days.length + 1}`, ...(await database.sizes()) });
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: count < ENOUGH ? 1 : LANES }, lane));
  now += 2 * DAY;
  await site.mfa.purge();
  await database.vacuum();
  days.push({ at: 'purged', ...(await database.sizes()) });
  site.close();
  if (site.failures.length > 0) throw new Error('soak', { cause: site.failures[0] });
  return { users, days };
}
