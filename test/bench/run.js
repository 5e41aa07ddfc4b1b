/**
 * npm run bench -- [--rounds 20] [--flows 256] [--openid] [--check 1.5] [--profile] [--null]
 *
 * What it measures and how: docs/performance.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startDriver, startServer } from './processes.js';
import { report } from './report.js';

const WARM_UP_ROUNDS = 4;
const SLICE = 16;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    flows: { type: 'string', default: '256' },
    openid: { type: 'boolean', default: false },
    check: { type: 'string' },
    profile: { type: 'boolean', default: false },
    null: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const slices = Math.ceil(Number(options.flows) / SLICE);

async function measure(driver, server, flow, first) {
  const scope = options.openid ? 'openid' : '';
  const before = await server.cpu();
  const phase = { server: server.address, flow, first, count: SLICE, scope };
  const { elapsed, latencies } = await driver.run(phase);
  return { elapsed, latencies, cpu: (await server.cpu()) - before };
}

function add(total, { elapsed, latencies, cpu }) {
  total.elapsed += elapsed;
  total.cpu += cpu;
  total.latencies.push(...latencies);
}

/**
 * One round: slices that alternate between the servers, so that whatever else the machine does hits both
 * alike. Each slice enrols users that nobody enrolled before, then logs the same users in.
 */
async function runRound(driver, servers, round) {
  const totals = servers.map(() => ({
    enrolment: { elapsed: 0, cpu: 0, latencies: [] },
    login: { elapsed: 0, cpu: 0, latencies: [] },
  }));
  for (let slice = 0; slice < slices; slice++) {
    const order = (round + slice) % 2 ? [1, 0] : [0, 1];
    const first = (round * slices + slice) * SLICE;
    for (const flow of ['enrolment', 'login']) {
      for (const n of order) add(totals[n][flow], await measure(driver, servers[n], flow, first));
    }
  }
  return totals;
}

async function runRounds(driver, servers) {
  const measured = servers.map(() => ({ enrolment: [], login: [] }));
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const totals = await runRound(driver, servers, round);
    if (round < WARM_UP_ROUNDS) continue;
    for (const [n, { enrolment, login }] of totals.entries()) {
      measured[n].enrolment.push(enrolment);
      measured[n].login.push(login);
    }
  }
  return Object.fromEntries(servers.map(({ name }, n) => [name, measured[n]]));
}

async function run(directory) {
  const [name, file] = options.null ? ['null', 'handwritten.js'] : ['ours', 'ours.js'];
  const driver = startDriver();
  const servers = [
    await startServer(name, file, directory, options.profile),
    await startServer('handwritten', 'handwritten.js', directory, options.profile),
  ];
  const measured = await runRounds(driver, servers);
  driver.stop();
  const flows = 2 * slices * SLICE * (WARM_UP_ROUNDS + rounds);
  const profiles = [];
  for (const server of servers) profiles.push(await server.stop(flows));
  return { ...report(measured), profiles };
}

function judge({ enrolment, login }) {
  const worst = Math.max(enrolment, login);
  if (options.null && (Math.min(enrolment, login) < 0.97 || worst > 1.03)) {
    console.error('The null test failed: one server on both sides must give 1.00 ± 0.03.');
    process.exitCode = 1;
  }
  if (options.check !== undefined && !(worst <= Number(options.check))) {
    console.error(`A CPU ratio of ${worst.toFixed(3)} is above ${options.check}.`);
    process.exitCode = 1;
  }
}

const directory = mkdtempSync(join(tmpdir(), 'express-mfa-bench-'));
try {
  const { text, cpuRatios, profiles } = await run(directory);
  const tokens = options.openid ? 'access token and id_token' : 'access token';
  const heading = `Node ${process.version}, ${rounds} rounds of ${slices * SLICE} flows, ${tokens}`;
  console.log(`${heading}\n\n${text}`);
  if (options.profile) console.log(profiles.join('\n\n'));
  judge(cpuRatios);
} catch (error) {
  console.error(error.cause ?? error);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true });
}
process.exit();
