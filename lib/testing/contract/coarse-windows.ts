import { deepEqual, equal, ok } from 'node:assert/strict';
import { fifty, on, type StoreCase, won } from './case.js';
import { T } from './records.js';

/** `T` is a multiple of all resolutions here. */
const coarse = (limit: number, key = 'k') => ({ key, limit, length: 1000, resolution: 100 });
const refused = (key: string, retryAt: number) => ({ granted: false, key, retryAt });
const granted = { granted: true };

/** Windows whose times are rounded, for limits of thousands. */
export const coarseCases: readonly StoreCase[] = [
  on('reserve', 'a rounded time is rounded up: no unit leaves early', async (a, b) => {
    const two = [coarse(2)];
    deepEqual(await a.reserve(two, T + 1), granted);
    deepEqual(await b.reserve(two, T + 250), granted);
    deepEqual(await a.reserve(two, T + 260), refused('k', T + 1100));
    deepEqual(await b.reserve(two, T + 1099), refused('k', T + 1100));
    deepEqual(await a.reserve(two, T + 1100), granted);
    deepEqual(await a.reserve(two, T + 1100), refused('k', T + 1300));
  }),

  on('reserve', 'times that are the same when rounded are counted each', async (a, b) => {
    const five = [coarse(5)];
    for (const at of [1, 50, 99, 100, 100]) deepEqual(await a.reserve(five, T + at), granted);
    deepEqual(await b.reserve(five, T + 100), refused('k', T + 1100));
    deepEqual(await b.reserve([coarse(6)], T + 150), granted);
    deepEqual(await a.reserve([coarse(3)], T + 150), refused('k', T + 1100));
    deepEqual(await a.reserve([coarse(1)], T + 150), refused('k', T + 1200));
    deepEqual(await a.reserve(five, T + 1100), granted);
  }),

  on('reserve', 'thousands are counted to the last, and forgotten in time', async (a, b) => {
    const many = { key: 'k', limit: 1200, length: 10_000, resolution: 100 };
    for (let at = 0; at < 24; at++) {
      const results = await fifty(a, b, (store) => store.reserve([many], T + at * 90));
      equal(won(results.map((it) => it.granted)), 50);
    }
    deepEqual(await a.reserve([many], T + 9999), refused('k', T + 10_000));
    deepEqual(await a.reserve([many], T + 10_000), granted);
    const more = await fifty(a, b, (store) => store.reserve([many], T + 10_000));
    equal(won(more.map((it) => it.granted)), 49);
    deepEqual(await b.reserve([many], T + 10_000), refused('k', T + 10_100));
    deepEqual(await b.reserve([many], T + 50_000), granted);
  }),

  on(
    'reserve',
    'of fifty at once a rounded window grants its limit, the first ones too',
    async (a, b) => {
      const first = await fifty(a, b, (store, at) => store.reserve([coarse(7)], T + (at % 10)));
      equal(won(first.map((it) => it.granted)), 7);
      for (const it of first)
        if (!it.granted) ok(it.retryAt === T + 1000 || it.retryAt === T + 1100);
      const again = await fifty(a, b, (store) => store.reserve([coarse(9)], T + 500));
      equal(won(again.map((it) => it.granted)), 2);
    },
  ),

  on(
    'reserve',
    'fifty over windows in different orders, rounded and not, get what the smallest has',
    async (a, b) => {
      const windows = [coarse(20, 'c'), { key: 'b', limit: 11, length: 1000 }, coarse(30, 'a')];
      const orders = [windows, windows.toReversed(), [...windows.slice(1), ...windows.slice(0, 1)]];
      const results = await fifty(a, b, (store, at) => store.reserve(orders[at % 3] ?? windows, T));
      equal(won(results.map((it) => it.granted)), 11);
      const left = await fifty(a, b, (store) => store.reserve([coarse(20, 'c')], T));
      equal(won(left.map((it) => it.granted)), 9);
    },
  ),

  on('reserve', 'a rounded window follows its newest unit when a clock is behind', async (a, b) => {
    const two = [coarse(2)];
    deepEqual(await a.reserve(two, T + 510), granted);
    deepEqual(await b.reserve(two, T), granted);
    deepEqual(await b.reserve(two, T + 1400), refused('k', T + 1600));
    deepEqual(await a.reserve(two, T + 1600), granted);
    deepEqual(await a.reserve(two, T + 1600), granted);
  }),

  on('release', 'a unit of a rounded window is given back at its own time', async (a, b) => {
    const three = [coarse(3)];
    for (const at of [10, 10, 420]) await a.reserve(three, T + at);
    await b.release(three, T + 10);
    deepEqual(await a.reserve(three, T + 430), granted);
    deepEqual(await a.reserve(three, T + 440), refused('k', T + 1100));
    await b.release(three, T + 10);
    deepEqual(await a.reserve(three, T + 450), granted);
    deepEqual(await a.reserve(three, T + 460), refused('k', T + 1500));
  }),

  on('release', 'a unit that was taken later keeps its time', async (a, b) => {
    const two = [{ key: 'k', limit: 2, length: 1000 }];
    await a.reserve(two, T);
    await b.reserve(two, T + 300);
    await a.release(two, T);
    deepEqual(await a.reserve(two, T + 1000), granted);
    deepEqual(await b.reserve(two, T + 1299), refused('k', T + 1300));
  }),

  on('release', 'a unit whose clock was behind is given back as the oldest', async (a, b) => {
    const two = [{ key: 'k', limit: 2, length: 1000 }];
    await a.reserve(two, T + 300);
    await b.reserve(two, T);
    await b.release(two, T);
    deepEqual(await a.reserve(two, T + 310), granted);
    deepEqual(await a.reserve(two, T + 320), refused('k', T + 1300));
  }),
];
