// The kit against stores with one mistake each: it has to find it, and to name the method.
import { memoryStores } from 'express-mfa/adapters/memory';
import { storeContract } from 'express-mfa/testing';
import { describe, expect, it } from 'vitest';
import type { Store, Stores } from '../../lib/ports/index.js';

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

/** The memory store with some methods replaced. */
const broken = (mistake: (store: Store) => object): Stores => {
  const stores = memoryStores();
  return (issuer) => {
    const store = stores(issuer);
    return { ...store, ...mistake(store) };
  };
};

/** First lines of the messages of the cases that fail. */
async function failures(stores: Stores): Promise<string[]> {
  const found: string[] = [];
  for (const { name, run } of storeContract) {
    await run(async () => [stores, stores]).catch((error: Error) => {
      expect(error.message.startsWith(`${name}\n`)).toBe(true);
      found.push(error.message);
    });
  }
  return found;
}

describe('the store contract', () => {
  it('has at least 40 cases, each with a name of its own that begins with a method', () => {
    const names = storeContract.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(new Set(names).size).toBe(names.length);
    const methods = /^(load|commit|reserve|release|purge|accounts|events|ready)\(\): /;
    expect(names.filter((name) => !methods.test(name))).toEqual([]);
  });

  it('finds a commit that reads the version and then writes', async () => {
    const found = await failures(
      broken((store) => ({
        async commit(changes: Parameters<Store['commit']>[0]) {
          const { account } = changes;
          if (!account) return store.commit(changes);
          const read = async () => (await store.load({ userId: account.userId })).account;
          if ((await read())?.version !== account.version) return false;
          await pause();
          const version = (await read())?.version ?? 0; // others have written meanwhile
          return store.commit({ ...changes, account: { ...account, version } });
        },
      })),
    );
    expect(found.length).toBeGreaterThan(1);
    for (const message of found) expect(message).toMatch(/^commit\(\): /);
    expect(found.join('\n')).toContain('commit(): of fifty commits that read the same version');
  });

  it('finds a reserve that reads the count and then writes', async () => {
    const found = await failures(
      broken((store) => {
        const used = new Map<string, { count: number; ends: number }>();
        const running = (key: string, now: number) => {
          const window = used.get(key);
          return window && window.ends > now ? window : undefined;
        };
        const reserve: Store['reserve'] = async (windows, now) => {
          const read = windows.map((it) => ({ ...it, window: running(it.key, now) }));
          const full = read.find(({ window, limit }) => (window?.count ?? 0) >= limit);
          if (full) return { granted: false, key: full.key, retryAt: full.window?.ends ?? now };
          await pause();
          for (const { key, length, window } of read) {
            used.set(key, { count: (window?.count ?? 0) + 1, ends: window?.ends ?? now + length });
          }
          return { granted: true };
        };
        return { reserve, purge: store.purge };
      }),
    );
    expect(found.join('\n')).toContain('reserve(): a window of seven grants seven of fifty');
  });

  it.each<[string, (store: Store) => object, RegExp]>([
    [
      'a version that is text',
      ({ load }) => ({
        async load(keys: Parameters<Store['load']>[0]) {
          const loaded = await load(keys);
          const { account } = loaded;
          return { ...loaded, account: account && { ...account, version: `${account.version}` } };
        },
      }),
      /load\(\): account\.version is a whole number, not '\d'/,
    ],
    [
      'a count that is text',
      ({ purge }) => ({
        purge: async (now: number, limit: number) => `${await purge(now, limit)}`,
      }),
      /^purge\(\): .*\npurge\(\): the answer is a whole number, not '\d'/m,
    ],
    [
      'a commit that answers a row count',
      ({ commit }) => ({
        commit: async (it: Parameters<Store['commit']>[0]) => Number(await commit(it)),
      }),
      /^commit\(\): .*\ncommit\(\): the answer is true or false, not \d/m,
    ],
    ['a method that is missing', () => ({ release: undefined }), /release\(\): the store has no/],
    [
      'a method that throws at once',
      () => ({
        ready() {
          throw new Error('no such table');
        },
      }),
      /^ready\(\): .*\nready\(\) rejected: Error: no such table/m,
    ],
    [
      'a load that forgets the order',
      ({ load }) => ({
        async load(keys: Parameters<Store['load']>[0]) {
          const loaded = await load(keys);
          return { ...loaded, authenticators: [...loaded.authenticators].reverse() };
        },
      }),
      /^load\(\): authenticators come in the order they were made/m,
    ],
    [
      'a purge that removes too much',
      ({ purge }) => ({ purge: (now: number) => purge(now, 1e9) }),
      /^purge\(\): it removes at most the limit of each sort/m,
    ],
  ])('finds %s', async (_name, mistake, told) => {
    expect((await failures(broken(mistake))).join('\n')).toMatch(told);
  });

  it('finds issuers that share their data', async () => {
    const store = memoryStores()('https://one.example/');
    const found = await failures(() => store);
    expect(found.join('\n')).toContain('load(): two issuers on one database share nothing');
  });
});
