import type { Store, Stores } from '../ports/index.js';
import type { ShortLivedStores } from '../ports/short-lived.js';
import { commitBoth } from './combine/commit.js';
import { loadBoth } from './combine/load.js';

/** What lives where. */
export interface CombinedStores {
  /** Accounts, authenticators and windows, with all that bounds guesses, sends and single use. */
  readonly durable: Stores;
  /** Login transactions and deliveries. */
  readonly shortLived: ShortLivedStores;
}

/**
 * One store of two: what has to last lives in the durable one, logins under way in the short-lived one, which may
 * lose them at any time. A login whose state was lost, or is older than what the durable store knows of it, is gone:
 * the user logs in again, and no count has fallen.
 *
 * @throws TypeError `ERR_MFA_STORES` when the two are not what they have to be, at once or in `createMfa()`
 * @example
 * ```ts
 * const stores = combineStores({
 *   durable: postgresStores(pool),
 *   shortLived: redisStores({ sendCommand: (args) => redis.sendCommand(args) }),
 * })
 * ```
 */
export function combineStores({ durable, shortLived }: CombinedStores): Stores {
  if (typeof durable !== 'function' || 'shortLived' in durable) {
    throw storesError(
      'durable has to keep accounts for good: pass postgresStores(pool) or sqliteStores(database)',
    );
  }
  if (typeof shortLived !== 'function' || shortLived.shortLived !== true) {
    throw storesError('shortLived keeps only what may be lost: pass redisStores({ sendCommand })');
  }
  return (issuer) => {
    const lasting = durable(issuer);
    const missing = methods.find((it) => typeof lasting?.[it] !== 'function');
    if (missing) throw storesError(`durable has no ${missing}(), so it is no whole store`);
    const passing = shortLived(issuer);
    return {
      load: (keys) => loadBoth(lasting, passing, keys),
      commit: (changes) => commitBoth(lasting, passing, changes),
      reserve: (windows, now) => lasting.reserve(windows, now),
      release: (windows, now) => lasting.release(windows, now),
      purge: (now, limit) => lasting.purge(now, limit),
      accounts: (after, limit) => lasting.accounts(after, limit),
      events: (after, limit) => lasting.events(after, limit),
      ready: () => bothReady({ durable: lasting, shortLived: passing }),
    };
  };
}

const methods: readonly (keyof Store)[] = [
  'load',
  'commit',
  'reserve',
  'release',
  'purge',
  'accounts',
  'events',
  'ready',
];

type Asked = Pick<Store, 'ready'>;

/** Asks both, and says which of them is missing, or how the durable one is. */
async function bothReady(parts: Readonly<Record<'durable' | 'shortLived', Asked>>) {
  const names = Object.keys(parts);
  const answers = await Promise.allSettled(Object.values(parts).map(async (it) => it.ready()));
  const failed = answers.flatMap((it, at) =>
    it.status === 'rejected' ? [{ name: names[at], reason: it.reason as unknown }] : [],
  );
  const [durable] = answers;
  if (failed.length === 0 && durable?.status === 'fulfilled') return durable.value;
  const told = failed.map(({ name, reason }) => `${name}: ${messageOf(reason)}`).join('; ');
  const { reason } = failed[0] as { reason: { code?: unknown } | undefined };
  throw Object.assign(new Error(`Not ready: ${told}`, { cause: reason }), {
    ...(reason?.code !== undefined && { code: reason.code }),
    missing: failed.map(({ name }) => name),
  });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const storesError = (problem: string) =>
  Object.assign(new TypeError(`combineStores: ${problem}.`), { code: 'ERR_MFA_STORES' });
