// Widens races on purpose: every access takes a random few milliseconds, before and after.
import type { Store, Stores } from 'express-mfa';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Delays each `load`, `commit`, `reserve` and `release` by up to `most` milliseconds before and after it, so that
 * what was read is old by the time it is acted upon.
 */
export function slowStores(stores: Stores, most = 4): Stores {
  const slow = async <T>(access: () => Promise<T>): Promise<T> => {
    await sleep(Math.random() * most);
    const result = await access();
    await sleep(Math.random() * most);
    return result;
  };
  return (issuer) => {
    const store: Store = stores(issuer);
    return {
      load: (keys) => slow(() => store.load(keys)),
      commit: (changes) => slow(() => store.commit(changes)),
      reserve: (windows, now) => slow(() => store.reserve(windows, now)),
      release: (windows, now) => slow(() => store.release(windows, now)),
      purge: (now, limit) => store.purge(now, limit),
      accounts: (after, limit) => store.accounts(after, limit),
      events: (after, limit) => store.events(after, limit),
      ready: () => store.ready(),
    };
  };
}

/**
 * The worst order for `count` right proofs at once: none is claimed before the guesses of all of them are charged.
 * Arm it once the login waits for its code.
 */
export function claimsLast(stores: Stores, count: number): Stores & { arm(): void } {
  let charges = 0;
  let armed = false;
  let open = () => {};
  const charged = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wrapped: Stores = (issuer) => {
    const store = stores(issuer);
    return {
      ...store,
      async commit(changes) {
        const claims = (changes.remove?.transactions?.length ?? 0) > 0;
        if (armed && claims) await charged;
        const done = await store.commit(changes);
        if (armed && done && !claims && ++charges === count) open();
        return done;
      },
    };
  };
  return Object.assign(wrapped, {
    arm() {
      armed = true;
    },
  });
}
