/**
 * npm run bench:growth -- [--small 1000] [--big 1000000] [--pending <big>] [--samples 3000] [--soak 100000]
 *   [--check 1.3]
 *
 * What it measures and how: docs/performance.md.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { generateKeys } from 'express-mfa';
import { openServer } from './database.js';
import { measure, needed, sample } from './measure.js';
import { purgeAll } from './purge.js';
import { grown, purgeReport, sizeReport, soakReport, stepReport } from './report.js';
import { makeUsable, seeder } from './seed.js';
import { openSite } from './site.js';
import { soak } from './soak.js';

const { values: options } = parseArgs({
  options: {
    small: { type: 'string', default: '1000' },
    big: { type: 'string', default: '1000000' },
    pending: { type: 'string' },
    samples: { type: 'string', default: '3000' },
    soak: { type: 'string', default: '100000' },
    check: { type: 'string' },
  },
});
const [small, big, samples] = [options.small, options.big, options.samples].map(Number);
const waiting = Number(options.pending ?? big);
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
  const enrolled = sample(count, needed(samples));
  await makeUsable(site, [...new Set(enrolled)]);
  await database.vacuum();
  const fresh = sample(1_000_000, needed(samples)).map((user) => FRESH + user);
  return { site, enrolled, fresh, sizes };
}

async function run(server) {
  const keys = await generateKeys();
  note(`seeding ${small} users`);
  const few = await seeded(await server.create('small'), keys, small, 0);
  note(`seeding ${big} users and ${waiting} expired enrolments`);
  const many = await seeded(await server.create('big'), keys, big, waiting);
  await server.seeded();
  note(`measuring ${samples} logins and enrolments on each side`);
  const scans = await many.site.database.wholeScans();
  const times = await measure([few, many], samples, tick);
  const steps = stepReport(times, [small, big], Number(options.check ?? Infinity));
  console.log(`${steps.text}\n`);
  const since = (await many.site.database.wholeScans()) - scans;
  console.log(`scans of whole tables meanwhile, with ${big} users: ${since}\n`);
  if (waiting > 0) {
    console.log(`${sizeReport(many.sizes)}\n`);
    note('purging');
    console.log(`${purgeReport(await purgeAll(many.site), waiting)}\n`);
  }
  for (const { site } of [few, many]) site.close();
  note('soaking');
  const count = Number(options.soak);
  const soaked = count > 0 ? await soak(await server.create('soak'), keys, count) : undefined;
  if (soaked) console.log(soakReport(soaked, count));
  judge(steps.above, soaked ? grown(soaked) : []);
}

function judge(steps, tables) {
  if (options.check === undefined) return;
  const problems = [
    ...steps.map((it) => `${it}: a p99 ratio above ${options.check}, and above chance.`),
    ...tables.map((it) => `mfa_${it} went on growing.`),
  ];
  for (const it of problems) console.error(it);
  if (problems.length > 0) process.exitCode = 1;
}

/** A user may be sent ten messages a day, and the enrolment took one. */
if (needed(samples) > 9 * Math.min(small, big)) {
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
