// npm run timing -- [--pairs 2000] [--only WORD]: what answers must not tell by their time (security.md R-118).
// Sends two requests in turn, in an order that chance decides, and fails when their answers differ or when the medians of their times
// lie further apart than the stated bound.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openConnection } from '../bench/connection.js';
import { comparisons } from './comparisons.js';
import { median, rankTest } from './statistics.js';

const WARM_UP = 100;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '2000' },
    only: { type: 'string', default: '' },
  },
});
const pairs = Number(values.pairs);
if (!Number.isInteger(pairs) || pairs < 100) throw new Error('--pairs takes 100 or more');

async function openWorld() {
  const child = fork(new URL('serve.js', import.meta.url));
  child.once('exit', (code) => code && process.exit(code));
  const [{ port }] = await once(child, 'message');
  const connection = await openConnection(port);
  const head = (method, path, bearer) =>
    `${method} ${path} HTTP/1.1\r\nHost: a\r\n${bearer ? `Authorization: Bearer ${bearer}\r\n` : ''}`;
  const form = (path, members) => {
    const body = new URLSearchParams({ client_id: 'spa', ...members }).toString();
    const type = 'Content-Type: application/x-www-form-urlencoded';
    return `${head('POST', path)}${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  return {
    send: connection.send,
    form,
    get: (path, bearer) => `${head('GET', path, bearer)}\r\n`,
    remove: (path, bearer) => `${head('DELETE', path, bearer)}\r\n`,
    post: (path, members) => connection.send(form(path, members)),
    async ask(message) {
      child.send(message);
      const [{ answer }] = await once(child, 'message');
      return answer;
    },
    close() {
      connection.close();
      child.disconnect();
    },
  };
}

async function timed(world, request, times, answers) {
  const from = performance.now();
  const answer = await world.send(request);
  times.push(performance.now() - from);
  answers.add(JSON.stringify(answer));
}

/** @returns the times of both, and the different answers that came */
async function measure(world, { pairs: make, share = 1 }) {
  const count = Math.max(100, Math.round(pairs * share));
  const [a, b] = [[], []];
  const answers = new Set();
  let done = -Math.min(WARM_UP, count);
  for await (const pair of make(world)) {
    const measured = done >= 0;
    const [one, other] = measured ? [a, b] : [[], []];
    const first = () => timed(world, pair.a, one, answers);
    const second = () => timed(world, pair.b, other, answers);
    if (Math.random() < 0.5) {
      await first();
      await second();
    } else {
      await second();
      await first();
    }
    if (++done >= count) break;
  }
  return { a, b, answers };
}

const world = await openWorld();
const failures = [];
console.log(`| pair | N | median, µs | median, µs | apart, µs | bound, µs | rank test, z |
|---|---|---|---|---|---|---|`);
for (const comparison of comparisons.filter(({ name }) => name.includes(values.only))) {
  const { a, b, answers } = await measure(world, comparison);
  const [one, other] = [median(a), median(b)];
  const apart = Math.abs(other - one);
  const { name, bound, seen = false } = comparison;
  const us = (ms) => String(Math.round(ms * 1000));
  const row = [name, a.length, us(one), us(other), us(apart), us(bound), rankTest(a, b).toFixed(1)];
  console.log(`| ${row.join(' | ')} |`);
  if (answers.size !== 1) failures.push(`${name}: ${[...answers].join(' and ')}`);
  if (apart > bound !== seen) failures.push(`${name}: ${us(apart)} µs apart`);
}
world.close();
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exitCode = 1;
}
