import { ok } from 'node:assert/strict';
import type { Loaded, Store } from '../../ports/index.js';

/** The store, with each answer looked at: of the wrong kind, or a rejection, is told with the method's name. */
export function checkedStore(store: Store): Store {
  const call = async <T>(
    method: keyof Store,
    run: () => Promise<T>,
    check: (answer: T) => void,
  ) => {
    ok(typeof store[method] === 'function', `${method}(): the store has no such method`);
    const answer = await promised(run).catch((cause: unknown) => {
      throw new Error(`${method}() rejected: ${String(cause)}`, { cause });
    });
    check(answer);
    return answer;
  };
  return {
    load: (keys) => call('load', () => store.load(keys), isLoaded),
    commit: (changes) =>
      call('commit', () => store.commit(changes), isBoolean('commit(): the answer')),
    reserve: (windows, now) =>
      call(
        'reserve',
        () => store.reserve(windows, now),
        (it) => {
          isBoolean('reserve(): granted')(it?.granted);
          if (it.granted) return;
          ok(typeof it.key === 'string', 'reserve(): key is the key of the full window');
          isNumber('reserve(): retryAt')(it.retryAt);
        },
      ),
    release: (windows, now) =>
      call(
        'release',
        () => store.release(windows, now),
        () => {},
      ),
    purge: (now, limit) =>
      call('purge', () => store.purge(now, limit), isNumber('purge(): the answer')),
    accounts: (after, limit) =>
      call(
        'accounts',
        () => store.accounts(after, limit),
        (it) => ok(Array.isArray(it), `accounts(): the answer is a list of ids, not ${typeof it}`),
      ),
    events: (after, limit) =>
      call(
        'events',
        () => store.events(after, limit),
        (it) => ok(Array.isArray(it), `events(): the answer is a list, not ${typeof it}`),
      ),
    ready: () =>
      call(
        'ready',
        () => store.ready(),
        () => {},
      ),
  };
}

/** A store that throws instead of rejecting is caught as well. */
const promised = async <T>(run: () => Promise<T>): Promise<T> => run();

const isBoolean = (what: string) => (it: unknown) =>
  ok(typeof it === 'boolean', `${what} is true or false, not ${shown(it)}`);

/** A count or a time that arrives as a string, as some drivers give it, would be compared as text. */
const isNumber = (what: string) => (it: unknown) =>
  ok(Number.isSafeInteger(it), `${what} is a whole number, not ${shown(it)}`);

const shown = (it: unknown) => (typeof it === 'string' ? `'${it}'` : String(it));

function isLoaded(it: Loaded): void {
  ok(typeof it === 'object' && it !== null, `load(): the answer is an object, not ${shown(it)}`);
  ok(
    Array.isArray(it.authenticators),
    'load(): authenticators is a list, empty when there are none',
  );
  isNumber('load(): addressUse.active')(it.addressUse?.active);
  isNumber('load(): addressUse.pending')(it.addressUse?.pending);
  if (it.account !== undefined) isNumber('load(): account.version')(it.account?.version);
}
