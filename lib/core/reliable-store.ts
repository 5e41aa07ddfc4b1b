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
  const inTime = async <T>(method: string, answer: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`${method}() took longer than ${TIME_OUT_MS} ms`);
      timer = setTimeout(reject, TIME_OUT_MS, error);
    });
    try {
      return await Promise.race([answer, late]);
    } catch (cause) {
      emit({ event: 'store.failed', reason: method, cause });
      throw errors.storeUnavailable(cause);
    } finally {
      clearTimeout(timer);
    }
  };
  const call = async <T>(method: string, run: () => Promise<T>) => inTime(method, promised(run));
  return {
    load: (keys) => call('load', () => store.load(keys)),
    commit: (changes) => call('commit', () => store.commit(changes)),
    reserve: (windows, now) => call('reserve', () => store.reserve(windows, now)),
    release: (windows, now) => call('release', () => store.release(windows, now)),
    purge: (now, limit) => store.purge(now, limit),
    ready: () => store.ready(),
  };
}

/** A store that throws instead of rejecting is caught as well. */
const promised = async <T>(run: () => Promise<T>): Promise<T> => run();
