import { deepEqual, equal } from 'node:assert/strict';
import type { AuditRecord } from '../../ports/index.js';
import { fifty, on, type StoreCase } from './case.js';
import { account, T } from './records.js';

const record = (reason: string, expiresAt = T + 1000): AuditRecord => ({
  event: { event: 'mfa.verify.ok', at: T, outcome: 'ok', process: 'p', userId: 'ann', reason },
  expiresAt,
});

export const auditCases: readonly StoreCase[] = [
  on('events', 'events of a commit are read back whole, in order, by either view', async (a, b) => {
    const events = [record('1'), record('2')];
    equal(await a.commit({ account: account(), events }), true);
    equal(await b.commit({ events: [record('3')] }), true);
    const found = await b.events(undefined, 10);
    deepEqual(
      found.map(({ event }) => event),
      ['1', '2', '3'].map((it) => record(it).event),
    );
  }),

  on('events', 'a commit that lost leaves no event', async (a, b) => {
    await a.commit({ account: account(), events: [record('won')] });
    equal(await b.commit({ account: account(), events: [record('lost')] }), false);
    deepEqual(
      (await a.events(undefined, 10)).map(({ event }) => event.reason),
      ['won'],
    );
  }),

  on('events', 'a cursor gives what comes after it, at most the limit', async (store) => {
    for (const reason of ['1', '2', '3']) await store.commit({ events: [record(reason)] });
    const first = await store.events(undefined, 2);
    equal(first.length, 2);
    const rest = await store.events(first[1]?.cursor, 2);
    deepEqual(
      rest.map(({ event }) => event.reason),
      ['3'],
    );
    deepEqual(await store.events(rest[0]?.cursor, 2), []);
  }),

  on('commit', 'of fifty commits that read the same version one leaves its event', async (a, b) => {
    await fifty(a, b, (store, at) =>
      store.commit({ account: account(), events: [record(String(at))] }),
    );
    equal((await a.events(undefined, 100)).length, 1);
  }),

  on('purge', 'events whose time has passed are removed, others stay', async (store) => {
    await store.commit({ events: [record('old'), record('new', T + 2000)] });
    equal(await store.purge(T + 1000, 100), 1);
    deepEqual(
      (await store.events(undefined, 10)).map(({ event }) => event.reason),
      ['new'],
    );
  }),
];
