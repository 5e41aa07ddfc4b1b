// R-021 over a simulated month, on every store and two processes: an attacker who has the password tries everything that
// ever reset somebody's counter. Guesses are counted where they are compared, by a spy around each authenticator type, and
// once more by the answers; nothing is read from the library's own counters. Where a guess is refused the right code
// follows at once, and has to be refused too: so a refusal is not a guess that was judged all the same.
//
// SIMULATOR_SEED=N makes other moves; the seed stands in the names of the tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migratePostgres } from 'express-mfa/adapters/postgres';
import { Pool } from 'pg';
import { createClient } from 'redis';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { most } from './attack-loop.js';
import { build, type Fleet, instances, processes } from './simulator/fleet.js';
import { DAY, type Outcome, simulate } from './simulator/simulate.js';

const seed = Number(process.env['SIMULATOR_SEED'] ?? 1);
/** A day more than the window, so that it is seen to move on. */
const DAYS = 31;

let built: string;

const closing = (fleet: Fleet): Fleet => {
  onTestFinished(() => fleet.close());
  return fleet;
};

async function sqlite(): Promise<Fleet> {
  const directory = mkdtempSync(join(tmpdir(), 'mfa-simulator-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return closing(await processes(built, { file: join(directory, 'mfa.db') }));
}

/** @param name - of a schema of its own, gone after the test */
async function postgres(name: string) {
  const url = inject('pgUrl');
  const schema = `${name}_${process.pid}_${Date.now()}`;
  const admin = new Pool({ connectionString: url, max: 1 });
  await admin.query(`create schema ${schema}`);
  onTestFinished(async () => {
    await admin.query(`drop schema ${schema} cascade`);
    await admin.end();
  });
  const pool = new Pool({ connectionString: url, max: 1, options: `-c search_path=${schema}` });
  await migratePostgres(pool);
  await pool.end();
  return { url, schema };
}

async function postgresAndRedis(): Promise<Fleet> {
  const where = { postgres: await postgres('simulator_redis'), redis: `${inject('redisUrl')}/9` };
  const client = await createClient({ url: where.redis }).connect();
  onTestFinished(() => client.destroy());
  return closing(await processes(built, where, () => client.flushDb()));
}

const fleets: readonly (readonly [string, () => Promise<Fleet>])[] = [
  ['memory, in two instances', async () => closing(await instances())],
  ['SQLite, in two processes', sqlite],
  [
    'PostgreSQL, in two processes',
    async () => closing(await processes(built, { postgres: await postgres('simulator') })),
  ],
  ...(inject('redisUrl')
    ? ([['PostgreSQL and Redis, in two processes', postgresAndRedis]] as const)
    : []),
];

/** Times of wrong guesses at one user's factors, or at the recovery code. */
const wrongAt = ({ comparisons }: Outcome, userId: string, recovery = false): number[] =>
  comparisons
    .filter((it) => it.userId === userId && (it.type === 'recovery-code') === recovery)
    .flatMap(({ at, right }) => (right ? [] : [at]))
    .toSorted((a, b) => a - b);

describe('R-021: a month of attack', { timeout: 240_000 }, () => {
  beforeAll(async () => {
    built = await build();
    return () => rmSync(built, { recursive: true, force: true });
  }, 60_000);

  test.each(fleets)(
    `R-021, B15, B18: on %s: 15 wrong guesses in any 24 hours, 60 in 30 days, 5 at the recovery code (seed ${seed})`,
    async (_, start) => {
      const outcome = await simulate(await start(), { days: DAYS, seed });
      const { seen, bounds } = outcome;
      const [factor, recovery] = [wrongAt(outcome, 'victim'), wrongAt(outcome, 'victim', true)];
      // No less either: an attack that gets less than it may would prove nothing.
      expect(most(factor, DAY)).toBe(15);
      expect(most(factor, 30 * DAY)).toBe(60);
      expect(most(recovery, DAY)).toBe(5);
      expect(wrongAt(outcome, 'attacker').length).toBe(0);
      // What the spy saw is what the attacker was told.
      expect(seen.factor.toSorted((a, b) => a - b)).toEqual(factor);
      expect(seen.recovery).toEqual(recovery);
      expect(seen.rightRefused).toBeGreaterThan(50);
      expect(Math.min(...Object.values(seen.moves))).toBeGreaterThan(4);

      const [otp, oob, code] = bounds;
      expect([otp?.guessesPerDay, oob?.guessesPerDay, code?.guessesPerDay]).toEqual([15, 15, 5]);
      expect(otp?.guessesPerYear).toBe(Math.ceil((60 * 365) / 30));
      expect(otp?.perDay).toBeCloseTo(1 - (1 - 3e-6) ** most(factor, DAY), 9);
      expect(oob?.perDay).toBeCloseTo(1 - (1 - 1e-6) ** most(factor, DAY), 9);
    },
  );

  test(`R-021, R-025: with a stolen device cookie: twice that, and no more (seed ${seed})`, async () => {
    const plan = { days: DAYS, seed, withDevice: true };
    const outcome = await simulate(closing(await instances()), plan);
    const factor = wrongAt(outcome, 'victim');
    expect(most(factor, DAY)).toBeGreaterThan(15);
    expect(most(factor, DAY)).toBeLessThanOrEqual(30);
    expect(most(factor, 30 * DAY)).toBeLessThanOrEqual(120);
    const [otp] = outcome.bounds;
    expect(otp?.perDayWithDevice).toBeCloseTo(1 - (1 - 3e-6) ** 30, 9);
  });
});
