import { errors } from '../errors.js';
import type { Store } from '../ports/index.js';
import type { Mfa } from './mfa.js';

/** A store that does not answer in this time is as good as down (security.md F-07). */
const TIME_OUT_MS = 2500;

/**
 * The host's store, except that it answers in time: when it fails or hangs, the request is refused with 503 and
 * nothing is passed. What a hanging commit did after all only ever costs the user a guess or a message.
 */
export function reliableStore(store: Store, emit: Mfa['emit']): Store {
  const call = <T>(method: string, run: () => Promise<T>): Promise<T> =>
    inTime(method, run).catch((cause: unknown) => {
      emit({ event: 'store.failed', reason: method, cause });
      throw errors.storeUnavailable(cause);
    });
  return {
    load: (keys) => call('load', () => store.load(keys)),
    commit: (changes) => call('commit', () => store.commit(changes)),
    reserve: (windows, now) => call('reserve', () => store.reserve(windows, now)),
    release: (windows, now) => call('release', () => store.release(windows, now)),
    accounts: (after, limit) => call('accounts', () => store.accounts(after, limit)),
    events: (after, limit) => call('events', () => store.events(after, limit)),
    purge: (now, limit) => store.purge(now, limit),
    ready: () => inTime('ready', () => store.ready()),
  };
}

const inTime = <T>(method: string, run: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${method}() took longer than ${TIME_OUT_MS} ms`));
    const timer = setTimeout(late, TIME_OUT_MS);
    promised(run)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });

/** A store that throws instead of rejecting is caught as well. */
const promised = async <T>(run: () => Promise<T>): Promise<T> => run();
