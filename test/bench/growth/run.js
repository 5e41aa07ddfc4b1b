/**
 * npm run bench:growth -- [--small 1000] [--big 1000000] [--pending <big>] [--samples 2500] [--lag 70]
 *   [--soak 100000] [--redis 2000] [--limit 1.3] [--check]
 *
 * What it measures and how: docs/performance.md.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { generateKeys } from 'express-mfa';
import { openServer } from './database.js';
import { grown, heavy, lasting, late, scanned, tooSlow } from './judge.js';
import { measure, needed, sample } from './measure.js';
import { lag, purgeAll, purgeIdle } from './purge.js';
import { redisSoak } from './redis.js';
import { purgeReport, sizeReport, soakReport, stepReport } from './report.js';
import { makeUsable, seeder } from './seed.js';
import { openSite } from './site.js';
import { soak } from './soak.js';

const { values: options } = parseArgs({
  options: {
    small: { type: 'string', default: '1000' },
    big: { type: 'string', default: '1000000' },
    pending: { type: 'string' },
    samples: { type: 'string', default: '2500' },
    lag: { type: 'string', default: '70' },
    soak: { type: 'string', default: '100000' },
    redis: { type: 'string', default: '2000' },
    limit: { type: 'string', default: '1.3' },
    check: { type: 'boolean', default: false },
  },
});
const [small, big, samples] = [options.small, options.big, options.samples].map(Number);
const waiting = Number(options.pending ?? big);
const limit = Number(options.limit);
/** A step is above the limit when it is in each of so many rounds. */
const ROUNDS = 3;
/** Rows of each sort that expire in a second of a busy app: some 20 million logins a day. */
const PER_SECOND = 1000;
/** A smaller table may well be scanned. */
const LARGE = 100_000;
/** A number may be sent three messages in ten minutes: so far ahead (ms) is a user's next login. */
const APART = 660_000;
/** New users have these numbers: all as long as each other, spread over the range. */
const FRESH = 3_000_000;

const began = performance.now();
const note = (text) =>
  console.error(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}`);

let ahead = 0;
const clock = { now: () => Date.now() + Math.floor(ahead) };
const tick = () => {
  ahead += APART / Math.min(small, big);
};

async function seeded(database, keys, count, pending) {
  const site = await openSite(database, keys, { clock });
  const seed = await seeder(site);
  const empty = await database.sizes();
  await seed.users(count);
  const users = await database.sizes();
  if (pending > 0) await seed.pending(count + 1, pending);
  const sizes = { empty, users, pending: await database.sizes(), count, waiting: pending };
  const enrolled = sample(count, needed(samples, ROUNDS));
  await makeUsable(site, [...new Set(enrolled)]);
  await database.vacuum();
  const fresh = sample(1_000_000, needed(samples, ROUNDS)).map((user) => FRESH + user);
  return { site, enrolled, fresh, sizes };
}

/** Again, as long as a step is above the limit. @returns what is wrong */
async function measureSteps(sides, { site: { database } }) {
  const scans = await database.wholeScans();
  const rounds = [];
  let problems;
  do {
    note(`round ${rounds.length + 1}: ${samples} logins and enrolments on each side`);
    rounds.push(await measure(sides, samples, rounds.length, tick));
    console.log(`${stepReport(rounds, [small, big])}\n`);
    problems = tooSlow(rounds, limit);
  } while (problems.length > 0 && rounds.length < ROUNDS);
  const since = (await database.wholeScans()) - scans;
  console.log(`scans of whole tables meanwhile, with ${big} users: ${since}\n`);
  return [...problems, ...(big < LARGE ? [] : scanned(since))];
}

async function purgeBig({ site, sizes }) {
  console.log(`${sizeReport(sizes)}\n`);
  note('purging');
  const expired = await purgeAll(site);
  console.log(`purge of ${waiting} expired enrolments: ${purgeReport(expired)}\n`);
  const problems = heavy('purge', expired);
  if (Number(options.lag) > 0) {
    note(`${PER_SECOND} rows of each sort expire each second, for ${options.lag} s`);
    const lagged = await lag(site, { perSecond: PER_SECOND, seconds: Number(options.lag) });
    console.log(
      `purge of ${PER_SECOND} rows of each sort a second: at most ${Math.round(lagged.behind / 1000)} s behind\n`,
    );
    problems.push(...late(lagged));
  }
  note('purging idle accounts');
  const idle = await purgeIdle(site);
  const { before, after } = idle;
  console.log(`purge of idle accounts, ${before} to ${after}: ${purgeReport(idle.statements)}\n`);
  return [...problems, ...heavy('purge of accounts', idle.statements)];
}

async function soakAll(server, keys) {
  const problems = [];
  const [count, short] = [Number(options.soak), Number(options.redis)];
  if (short > 0) {
    note('soaking Redis');
    const soaked = await redisSoak(await server.create('redis'), keys, short);
    if (soaked) {
      const each = Math.round(soaked.bytes / short);
      console.log(
        `Redis: ${short} abandoned enrolments left ${soaked.keys} keys, ${each} bytes each enrolment; keys without an end in 11 minutes: ${soaked.lasting}\n`,
      );
    }
    problems.push(...(soaked ? lasting(soaked) : ['There is no Redis here to look at.']));
  }
  if (count > 0) {
    note('soaking');
    const soaked = await soak(await server.create('soak'), keys, count);
    console.log(soakReport(soaked, count));
    problems.push(...grown(soaked));
  }
  return problems;
}

async function run(server) {
  const keys = await generateKeys();
  note(`seeding ${small} users`);
  const few = await seeded(await server.create('small'), keys, small, 0);
  note(`seeding ${big} users and ${waiting} expired enrolments`);
  const many = await seeded(await server.create('big'), keys, big, waiting);
  await server.seeded();
  const problems = await measureSteps([few, many], many);
  if (waiting > 0) problems.push(...(await purgeBig(many)));
  for (const { site } of [few, many]) {
    await site.mfa.settled();
    site.close();
  }
  await server.drop();
  problems.push(...(await soakAll(server, keys)));
  for (const it of problems) console.error(it);
  if (options.check && problems.length > 0) process.exitCode = 1;
}

/** A user may be sent ten messages a day, and the enrolment took one. */
if (needed(samples, ROUNDS) > 9 * Math.min(small, big)) {
  throw new RangeError('--samples: too many logins for so few users');
}
const server = await openServer();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    server.stop().then(() => process.exit(1), console.error);
  });
}
try {
  console.log(`Node ${process.version}, ${server.about}\n`);
  await run(server);
} catch (error) {
  console.error(error.cause ?? error);
  process.exitCode = 1;
} finally {
  await server.stop();
}
note('done');
process.exit();
