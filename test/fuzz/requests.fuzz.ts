// structured requests, each one that works with something about it changed, in worlds where time passes.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unhandledRejections } from '../attacks/unhandled-rejections.js';
import { cases, path, replay, seed } from './budget.js';
import { type FuzzCase, fuzzCase } from './cases.js';
import { connection } from './connection.js';
import { held } from './held.js';
import { judge, learn } from './judge.js';
import { requestOf } from './request-of.js';

const PER_WORLD = 200;
const MB = 1024 * 1024;

const unhandled = unhandledRejections();
let listener: RequestListener = () => undefined;
const server = createServer((request, response) => listener(request, response));
let wire: ReturnType<typeof connection>;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  wire = connection((server.address() as AddressInfo).port);
});
afterAll(() => {
  wire.close();
  server.close();
});

const statuses: Record<string, number> = {};
let sent = 0;
const growth = { before: 0, most: 0 };

/** Memory that is really held: the collector has run. */
function resident(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}

async function run(all: readonly FuzzCase[]): Promise<void> {
  const world = await held();
  listener = world.t.app;
  for (const it of all) {
    world.t.clock.advance(it.wait);
    const planned = requestOf(world, it);
    const answer = await wire.send(planned.request);
    const problem = await judge(world, planned, answer);
    if (problem)
      throw new Error(
        `${problem}\n${JSON.stringify({ ...planned.request, body: undefined })}\n${planned.request.body?.toString().slice(0, 500)}`,
      );
    if (answer) learn(world, planned, answer);
    const key = `${it.operation} ${answer?.status ?? 'closed'}`;
    statuses[key] = (statuses[key] ?? 0) + 1;
    sent++;
  }
  if (sent % 2000 > 0) return;
  const now = resident();
  if (sent >= Math.min(20_000, cases / 4)) growth.before ||= now; // warm by then
  growth.most = Math.max(growth.most, now);
}

test('R-144: no request crashes the app, is answered 5xx, or gets a token that was not earned', {
  timeout: 0,
}, async () => {
  const started = process.cpuUsage();
  const worlds = fc.array(fuzzCase, { minLength: PER_WORLD, maxLength: PER_WORLD, size: 'max' });
  const numRuns = Math.max(1, Math.ceil(cases / PER_WORLD));
  const parameters = { seed, numRuns, endOnFailure: !path, ...(path && { path }) };
  const result = await fc.check(fc.asyncProperty(worlds, run), parameters);
  const { user, system } = process.cpuUsage(started);
  const grown = growth.before ? (growth.most - growth.before) / MB : 0;
  console.log(
    `requests: ${sent} cases, seed ${seed}, ${Math.round((user + system) / 1e6)} s of CPU, ${grown.toFixed(1)} MB grown`,
  );
  if (process.env['FUZZ_VERBOSE']) console.log(statuses);
  if (result.failed) console.error(replay('requests', result));
  expect(result.failed ? String(result.errorInstance) : '').toBe('');
  expect(unhandled).toEqual([]);
  expect(grown).toBeLessThan(50);
});
