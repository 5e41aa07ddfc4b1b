import { deepEqual, equal } from 'node:assert/strict';
import { on, type StoreCase } from './case.js';
import { T } from './records.js';

const k = { key: 'k', limit: 2, length: 1000 };
const refused = (key: string, retryAt: number) => ({ granted: false, key, retryAt });
const granted = { granted: true };

export const windowCases: readonly StoreCase[] = [
  on('reserve', 'a window grants its limit, then says when there is room again', async (a, b) => {
    deepEqual(await a.reserve([k], T), granted);
    deepEqual(await b.reserve([k], T + 400), granted);
    deepEqual(await a.reserve([k], T + 999), refused('k', T + 1000));
  }),

  on('reserve', 'a window has room again to the millisecond', async (store) => {
    await store.reserve([k], T);
    await store.reserve([k], T + 900);
    deepEqual(await store.reserve([k], T + 1000), granted);
    deepEqual(await store.reserve([k], T + 1999), granted);
    deepEqual(await store.reserve([k], T + 1999), refused('k', T + 2000));
  }),

  on('reserve', 'a refused reservation does not make the wait longer', async (store) => {
    await store.reserve([k], T);
    await store.reserve([k], T);
    for (let at = 0; at < 10; at++) {
      deepEqual(await store.reserve([k], T + at * 100), refused('k', T + 1000));
    }
  }),

  on('reserve', 'no windows are granted', async (store) => {
    deepEqual(await store.reserve([], T), granted);
    await store.release([], T);
  }),

  on('reserve', 'a window of limit 0 is always full', async (store) => {
    const none = { key: 'none', limit: 0, length: 1000 };
    deepEqual(await store.reserve([none], T), refused('none', T));
    deepEqual(await store.reserve([k, none], T), refused('none', T));
    deepEqual(await store.reserve([{ ...k, limit: 1 }], T), granted);
  }),

  on('reserve', 'when one window is full, nothing is taken from the others', async (store) => {
    const full = { key: 'full', limit: 1, length: 1000 };
    await store.reserve([full], T);
    for (let at = 0; at < 5; at++) {
      deepEqual(await store.reserve([k, full], T), refused('full', T + 1000));
      deepEqual(await store.reserve([full, k], T), refused('full', T + 1000));
    }
    deepEqual(await store.reserve([k], T), granted);
    deepEqual(await store.reserve([k], T), granted);
    deepEqual(await store.reserve([k], T), refused('k', T + 1000));
  }),

  on('reserve', 'of several full windows the one that has room last is named', async (store) => {
    const short = { key: 'a', limit: 1, length: 100 };
    const long = { key: 'b', limit: 1, length: 900 };
    const middle = { key: 'c', limit: 1, length: 500 };
    await store.reserve([short, long, middle], T);
    deepEqual(await store.reserve([short, long, middle], T), refused('b', T + 900));
    deepEqual(await store.reserve([short, middle], T + 200), refused('c', T + 500));
  }),

  on('reserve', 'a window that was full in the past is not', async (store) => {
    const short = { key: 'a', limit: 1, length: 100 };
    const long = { key: 'b', limit: 1, length: 900 };
    await store.reserve([short, long], T);
    deepEqual(await store.reserve([short], T + 100), granted);
    deepEqual(await store.reserve([short, long], T + 899), refused('b', T + 900));
    deepEqual(await store.reserve([short, long], T + 900), granted);
  }),

  on('reserve', 'the limit of the caller counts, also when it was lowered', async (store) => {
    await store.reserve([{ ...k, limit: 10 }], T);
    await store.reserve([{ ...k, limit: 10 }], T);
    deepEqual(await store.reserve([{ ...k, limit: 1 }], T), refused('k', T + 1000));
    deepEqual(await store.reserve([{ ...k, limit: 3 }], T), granted);
  }),

  on('reserve', 'windows under different keys are apart, whatever is in the key', async (store) => {
    const keys = ['k', 'K', 'k ', 'k:1', '🙂', "'", 'user:ann\nlogin', 'x'.repeat(500)];
    for (const key of keys) deepEqual(await store.reserve([{ ...k, key, limit: 1 }], T), granted);
    for (const key of keys) {
      deepEqual(await store.reserve([{ ...k, key, limit: 1 }], T), refused(key, T + 1000));
    }
  }),

  on('release', 'a unit given back can be taken again', async (a, b) => {
    await a.reserve([k], T);
    await a.reserve([k], T);
    await b.release([k], T + 1);
    deepEqual(await a.reserve([k], T + 2), granted);
    deepEqual(await a.reserve([k], T + 3), refused('k', T + 1000));
  }),

  on('release', 'releases never make room beyond the limit', async (store) => {
    await store.reserve([k], T);
    for (let at = 0; at < 5; at++) await store.release([k], T);
    deepEqual(await store.reserve([k], T), granted);
    deepEqual(await store.reserve([k], T), granted);
    deepEqual(await store.reserve([k], T), refused('k', T + 1000));
  }),

  on(
    'release',
    'a release of what has left, or of an unknown window, changes nothing',
    async (store) => {
      await store.release([k], T);
      await store.reserve([k], T);
      await store.release([k], T + 1000);
      await store.reserve([k], T + 1000);
      await store.release([{ ...k, key: 'other' }], T + 1000);
      deepEqual(await store.reserve([k], T + 1001), granted);
      deepEqual(await store.reserve([k], T + 1002), refused('k', T + 2000));
    },
  ),

  on('release', 'a release gives back in each window that still runs', async (store) => {
    const windows = [
      { key: 'a', limit: 1, length: 100 },
      { key: 'b', limit: 1, length: 900 },
    ];
    await store.reserve(windows, T);
    await store.release(windows, T + 500);
    deepEqual(await store.reserve(windows, T + 500), granted);
  }),

  on('reserve', 'the time of a retry comes back as a number', async (store) => {
    const day = { key: 'k', limit: 1, length: 86_400_000 };
    await store.reserve([day], T);
    const it = await store.reserve([day], T);
    equal(it.granted ? undefined : typeof it.retryAt, 'number');
    deepEqual(it, refused('k', T + 86_400_000));
  }),
];
