import { deepEqual, equal } from 'node:assert/strict';
import { fifty, on, type StoreCase, won } from './case.js';
import { T } from './records.js';

const k = { key: 'k', limit: 2, length: 1000 };
const refused = (key: string, retryAt: number) => ({ granted: false, key, retryAt });
const granted = { granted: true };

/** Steps of a walk that is the same in every run. */
function steps(count: number, most: number, seed = 7): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % most;
  });
}

/** The most of these times that any `length` ms hold. */
const densest = (times: readonly number[], length: number): number =>
  Math.max(...times.map((from) => times.filter((it) => it >= from && it < from + length).length));

/** What tells a window that rolls from one that starts anew at its end. */
export const rollingCases: readonly StoreCase[] = [
  on('reserve', 'no border lets twice the limit through', async (a, b) => {
    const three = { key: 'k', limit: 3, length: 600_000 };
    for (const at of [0, 590_000, 595_000]) deepEqual(await a.reserve([three], T + at), granted);
    deepEqual(await b.reserve([three], T + 599_999), refused('k', T + 600_000));
    deepEqual(await b.reserve([three], T + 601_000), granted);
    deepEqual(await a.reserve([three], T + 601_000), refused('k', T + 1_190_000));
    deepEqual(await a.reserve([three], T + 1_189_999), refused('k', T + 1_190_000));
    deepEqual(await a.reserve([three], T + 1_190_000), granted);
    deepEqual(await b.reserve([three], T + 1_190_000), refused('k', T + 1_195_000));
  }),

  on('reserve', 'it grants when less than the limit is in the window, not else', async (a, b) => {
    const window = { key: 'k', limit: 4, length: 1000 };
    const held: number[] = [];
    let now = T;
    for (const [at, step] of steps(80, 500).entries()) {
      now += step;
      if (step % 5 === 0) {
        await a.release([window], now);
        if ((held.at(-1) ?? 0) > now - 1000) held.pop();
      }
      const oldest = held.filter((it) => it > now - 1000).at(-4);
      const expected = oldest === undefined ? granted : refused('k', oldest + 1000);
      deepEqual(await (at % 2 ? b : a).reserve([window], now), expected);
      if (oldest === undefined) held.push(now);
    }
  }),

  on('reserve', 'clocks that differ or go back get no more than the limit', async (a, b) => {
    const window = { key: 'k', limit: 3, length: 1000 };
    const taken: number[] = [];
    for (const [at, step] of steps(80, 900).entries()) {
      const now = T + at * 100 + step;
      if ((await (at % 2 ? b : a).reserve([window], now)).granted) taken.push(now);
    }
    equal(densest(taken, 1000), 3);
  }),

  on('reserve', 'under a lowered limit as many leave as are too many', async (store) => {
    const window = (limit: number) => [{ ...k, limit }];
    for (const at of [0, 100, 200]) await store.reserve(window(10), T + at);
    deepEqual(await store.reserve(window(1), T + 300), refused('k', T + 1200));
    deepEqual(await store.reserve(window(2), T + 300), refused('k', T + 1100));
    deepEqual(await store.reserve(window(3), T + 300), refused('k', T + 1000));
    deepEqual(await store.reserve(window(4), T + 300), granted);
  }),

  on('reserve', 'of fifty at once as many are granted as have left', async (a, b) => {
    const seven = { key: 'k', limit: 7, length: 1000 };
    for (const at of [0, 0, 0, 500, 500, 500, 500]) await a.reserve([seven], T + at);
    const results = await fifty(a, b, (store) => store.reserve([seven], T + 1000));
    equal(won(results.map((it) => it.granted)), 3);
    for (const it of results) if (!it.granted) equal(it.retryAt, T + 1500);
  }),

  on('reserve', 'fifty whose clocks differ get the limit', async (a, b) => {
    const seven = { key: 'k', limit: 7, length: 1000 };
    const results = await fifty(a, b, (store, at) => store.reserve([seven], T + ((at * 7) % 50)));
    equal(won(results.map((it) => it.granted)), 7);
  }),

  on('release', 'the newest is given back', async (store) => {
    await store.reserve([k], T);
    await store.reserve([k], T + 500);
    await store.release([k], T + 600);
    deepEqual(await store.reserve([k], T + 700), granted);
    deepEqual(await store.reserve([k], T + 800), refused('k', T + 1000));
    deepEqual(await store.reserve([k], T + 1000), granted);
    deepEqual(await store.reserve([k], T + 1001), refused('k', T + 1700));
  }),

  on('release', 'after more releases than reservations the window is empty', async (store) => {
    await store.reserve([k], T);
    await store.reserve([k], T + 900);
    for (let at = 0; at < 4; at++) await store.release([k], T + 1100);
    for (const at of [1100, 1200]) deepEqual(await store.reserve([k], T + at), granted);
    deepEqual(await store.reserve([k], T + 1300), refused('k', T + 2100));
  }),
];
