import type { MfaEvent, StoreHealth, Stores } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { expect, test, vi } from 'vitest';
import { testApp } from '../support/app.js';

/** An app whose store answers `ready()` as the test says. */
async function app() {
  const ready = vi.fn<() => Promise<StoreHealth>>(async () => ({ clockAhead: 0 }));
  const memory = memoryStores();
  const sharedStores: Stores = (issuer) => ({ ...memory(issuer), ready });
  const t = await testApp({ sharedStores });
  /** A second later. */
  const ask = async () => {
    t.clock.advance(1);
    await t.mfa.ready();
  };
  const told = (): MfaEvent[] => t.events.filter(({ event }) => event === 'clock.differs');
  return { ...t, ready, ask, told };
}

test('R-072: a clock 5 to 30 seconds off is told once, not at every question, and again when it was right in between', async () => {
  const { ready, ask, told } = await app();
  ready.mockResolvedValue({ clockAhead: 5000 });
  await ask();
  expect(told()).toEqual([]);
  ready.mockResolvedValue({ clockAhead: 12_300 });
  for (let i = 0; i < 5; i++) await ask();
  expect(told()).toMatchObject([{ reason: 'ahead', outcome: 'fail' }]);
  expect(String(told()[0]?.cause)).toContain('12 s ahead of the database');
  ready.mockResolvedValue({ clockAhead: 100 });
  await ask();
  ready.mockResolvedValue({ clockAhead: -29_000 });
  for (let i = 0; i < 5; i++) await ask();
  expect(told()).toMatchObject([{ reason: 'ahead' }, { reason: 'behind' }]);
  expect(String(told()[1]?.cause)).toContain('29 s behind the database');
});

test('a store that tells nothing is asked nothing more', async () => {
  const { mfa, events } = await testApp();
  expect(await mfa.ready()).toBeUndefined();
  expect(events.filter(({ event }) => event === 'clock.differs')).toEqual([]);
});

test('many who ask at once wait for one question, and for a second its answer is theirs', async () => {
  const { mfa, ready, clock } = await app();
  await Promise.all(Array.from({ length: 100 }, () => mfa.ready()));
  await mfa.ready();
  expect(ready).toHaveBeenCalledTimes(1);
  clock.advance(0.999);
  await mfa.ready();
  expect(ready).toHaveBeenCalledTimes(1);
  clock.advance(0.001);
  await mfa.ready();
  expect(ready).toHaveBeenCalledTimes(2);
});

test('a failure counts for a second, too, and then for no longer', async () => {
  const { mfa, ready, clock } = await app();
  ready.mockRejectedValueOnce(new Error('down'));
  await expect(mfa.ready()).rejects.toThrow('down');
  await expect(mfa.ready()).rejects.toThrow('down');
  expect(ready).toHaveBeenCalledTimes(1);
  clock.advance(1);
  await mfa.ready();
});

test('a clock that is set back does not keep an old answer', async () => {
  const { mfa, ready, clock } = await app();
  await mfa.ready();
  clock.advance(-3600);
  await mfa.ready();
  expect(ready).toHaveBeenCalledTimes(2);
});
