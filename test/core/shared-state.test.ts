// State of the whole issuer: every process sees it, none has to wait for it.
import { describe, expect, test } from 'vitest';
import { memoryStores } from '../../lib/adapters/memory.js';
import { asUser } from '../../lib/core/admit.js';
import { changeReserved, isReserved } from '../../lib/core/fleet/reserved-account.js';
import { changeShared, readShared } from '../../lib/core/fleet/shared-state.js';
import type { Store } from '../../lib/ports/index.js';
import { rewrap } from '../../lib/rewrap.js';
import { testApp, testClock } from '../support/app.js';

/** Two processes on one store, whose loads are counted and may fail. */
async function two() {
  const stores = memoryStores();
  const calls = { loads: 0, fail: false };
  const counted = (issuer: string): Store => {
    const store = stores(issuer);
    return {
      ...store,
      async load(keys) {
        calls.loads++;
        if (calls.fail) throw new Error('down');
        return store.load(keys);
      },
    };
  };
  const clock = testClock();
  const [a, b] = await Promise.all(
    [0, 1].map(async () => (await testApp({ sharedStores: counted, clock })).mfa),
  );
  return { a: a as NonNullable<typeof a>, b: b as NonNullable<typeof b>, clock, calls, stores };
}

const sms = { channel: 'sms' };
const off = (...switches: object[]) => ({ switches, fleet: {} });

test('what one process changes, it knows at once and the others within 2 seconds', async () => {
  const { a, b, clock } = await two();
  expect(await readShared(b)).toEqual(off());
  await changeShared(a, (state) => ({ ...state, switches: [sms] }));
  expect(await readShared(a)).toEqual(off(sms));
  clock.advance(1.999);
  expect(await readShared(b)).toEqual(off());
  clock.advance(0.001);
  expect(await readShared(b)).toEqual(off(sms));
});

test('reading costs one round trip in 2 seconds, however many ask at once', async () => {
  const { a, clock, calls } = await two();
  await Promise.all(Array.from({ length: 50 }, () => readShared(a)));
  clock.advance(1.9);
  await readShared(a);
  expect(calls.loads).toBe(1);
  clock.advance(0.1);
  await Promise.all(Array.from({ length: 50 }, () => readShared(a)));
  expect(calls.loads).toBe(2);
});

test('no change of many at once is lost', async () => {
  const { a, b } = await two();
  await Promise.all(
    Array.from({ length: 15 }, (_, i) =>
      changeShared(i % 2 ? a : b, ({ switches, fleet }) => ({
        switches: [...switches, { country: `C${i}` }],
        fleet,
      })),
    ),
  );
  expect((await changeShared(a, () => undefined)).switches).toHaveLength(15);
});

test('R-010: a store that fails hides what was switched off, so nobody goes on with an older state', async () => {
  const { a, clock, calls } = await two();
  await readShared(a);
  calls.fail = true;
  expect(await readShared(a)).toEqual(off());
  clock.advance(2);
  await expect(readShared(a)).rejects.toMatchObject({ status: 503 });
  calls.fail = false;
  expect(await readShared(a)).toEqual(off());
});

test('a clock put back makes nothing older than it is', async () => {
  const { a, b, clock } = await two();
  await readShared(b);
  await changeShared(a, (state) => ({ ...state, switches: [sms] }));
  clock.advance(-3600);
  expect(await readShared(b)).toEqual(off(sms));
});

describe('the records that it stands in', () => {
  test('are no user’s: an id like theirs is let through nowhere, and none that is let through is theirs', async () => {
    const { a, stores } = await two();
    await changeShared(a, (state) => ({ ...state, switches: [sms] }));
    const [id = ''] = await stores(a.issuer).accounts(undefined, 10);
    expect(isReserved(id)).toBe(true);
    expect(() => asUser({ id })).toThrow('at most 255 characters');
    for (const user of ['express-mfa state', 'express-mfa state '.padEnd(255, '.'), 'u1']) {
      expect(isReserved(user)).toBe(false);
    }
  });

  test('are left out by the maintenance of users', async () => {
    const { a } = await two();
    await changeReserved(a, 'any', () => '{}');
    expect(await rewrap(a, { batch: 1 })).toMatchObject({ users: 0, failed: 0 });
  });
});
