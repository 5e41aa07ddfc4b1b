/** Enrolments that nobody confirms, over sixty days of a clock that runs ahead. */
import { setTimeout } from 'node:timers/promises';
import { postgresStores } from 'express-mfa/adapters/postgres';
import { fictionalPhoneOf } from '../fixtures.js';
import { openSite } from './site.js';
import { ABANDONED, walk } from './steps.js';

export const DAYS = 60;
const DAY = 86_400_000;
/** How often it is looked at what stands in the tables. */
const LOOKS = 12;
/** Few: every message is counted in the same rows of its country and of all, and waits for those before it. */
const LANES = 2;
/** Enrolments that may begin while one is under way: a token lives for ten minutes of that clock. */
const AHEAD = 6;
/** With fewer, so much time passes from one to the next that six at once would outlive their tokens. */
const ENOUGH = 100_000;
/** A user tries four times, a while apart, and never comes back. */
const TRIES = 4;
/** Users who try in turns. */
const TURNS = 20;
/** Events are kept for a month, so that their number stops to grow in the time of the soak. */
const AUDIT_DAYS = 30;

/** Time between two purges (ms of that clock): longer than in production, where it is a minute, so that more piles up. */
const PURGE_EVERY = 1_800_000;

const userOf = (turn) => TURNS * Math.floor(turn / (TURNS * TRIES)) + (turn % TURNS);

/** Stores that let a purge through now and then. */
function rarelyPurged(stores) {
  let [next, more] = [0, false];
  return (issuer) => {
    const store = stores(issuer);
    const purge = async (now, limit) => {
      if (!more && now < next) return 0;
      if (!more) next = now + PURGE_EVERY;
      const gone = await store.purge(now, limit);
      more = gone > 0;
      return gone;
    };
    return { ...store, purge };
  };
}

/**
 * Abandons `count` enrolments. The routers purge by themselves, as they do in production.
 *
 * @returns what stood in the tables now and then, and after a purge two days later
 */
export async function soak(database, keys, count) {
  let now = Date.now();
  const site = await openSite(database, keys, {
    purging: true,
    stores: rarelyPurged(postgresStores(database.pool)),
    clock: { now: () => now },
    phoneOf: fictionalPhoneOf,
    more: { audit: { retentionDays: AUDIT_DAYS } },
  });
  const looks = [];
  let next = 0;
  const underWay = new Set();
  const lane = async () => {
    const connection = await site.connect();
    for (let turn = next++; turn < count; turn = next++) {
      while (turn - Math.min(...underWay) > AHEAD) await setTimeout(1);
      underWay.add(turn);
      now += Math.floor((DAYS * DAY) / count);
      await walk(ABANDONED, site, connection, 1 + userOf(turn));
      underWay.delete(turn);
      if ((turn + 1) % Math.ceil(count / LOOKS) === 0) {
        const day = (DAYS / LOOKS) * (looks.length + 1);
        looks.push({ at: `day ${day}`, day, ...(await database.sizes()) });
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: count < ENOUGH ? 1 : LANES }, lane));
  now += 2 * DAY;
  await site.mfa.purge();
  await database.vacuum();
  looks.push({ at: 'purged', ...(await database.sizes()) });
  await site.mfa.settled();
  site.close();
  if (site.failures.length > 0) throw new Error('soak', { cause: site.failures[0] });
  return { users: userOf(count - 1) + 1, looks };
}
