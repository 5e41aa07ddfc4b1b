import type { Store } from '../../ports/index.js';
import { accounts } from './accounts.js';
import { events } from './audit.js';
import { unitOf } from './commit.js';
import type { Engine } from './engine.js';
import { loadedOf, loadQuery } from './load.js';
import { purging } from './purge.js';
import { apply } from './unit.js';
import { release, reserve } from './windows.js';

/** What a store needs beside its engine. */
export interface Readiness {
  /** Resolves at once after the schema was found to fit; rejects with `ERR_MFA_SCHEMA`. */
  fits(): Promise<void>;
  /** Looks at the schema again, and writes and reads. */
  readonly ready: Store['ready'];
}

/** The store of one issuer, in SQL that both engines understand. */
export function sqlStore(engine: Engine, { fits, ready }: Readiness, issuer: string): Store {
  const purge = purging(engine, issuer);
  return {
    async load(keys) {
      const query = loadQuery(issuer, keys);
      if (!query) return loadedOf([], keys);
      await fits();
      return loadedOf(await engine.run(query), keys);
    },
    async commit(changes) {
      await fits();
      return apply(engine, unitOf(issuer, changes));
    },
    async reserve(windows, now) {
      await fits();
      return reserve(engine, issuer, windows, now);
    },
    async release(windows, now) {
      await fits();
      await release(engine, issuer, windows, now);
    },
    async purge(now, limit) {
      await fits();
      return purge(now, limit);
    },
    async accounts(after, limit) {
      await fits();
      return accounts(engine, issuer, after, limit);
    },
    async events(after, limit) {
      await fits();
      return events(engine, issuer, after, limit);
    },
    ready,
  };
}
