import { channel } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import type { Mfa } from './core/mfa.js';
import { reliableStore } from './core/reliable-store.js';
import { handles } from './crypto/handle.js';
import { keyedHash } from './crypto/keyed-hash.js';
import { sealing } from './crypto/seal.js';
import { deriveRing } from './crypto/secrets.js';
import { configurationError } from './errors.js';
import type { MfaOptions } from './options.js';
import { type Clock, type MfaEvent, type Store, systemClock, systemRandom } from './ports/index.js';
import { checkKeys } from './setup/check-keys.js';
import { checkOptions } from './setup/check-options.js';
import { checkedClock, checkedRandom } from './setup/checked-ports.js';
import { resolveSettings } from './setup/settings.js';
import { createTokens } from './tokens/tokens.js';

const PURGE_EVERY_MS = 60_000;
const PURGE_LIMIT = 5000;
const PURGE_ROUNDS = 1000;

/**
 * Checks the options and wires everything. Costs a few milliseconds; call it once, at start.
 *
 * @throws TypeError with a stable `ERR_MFA_*` code, the path of the option and what to write instead
 *   (docs/errors.md)
 * @example
 * ```ts
 * const mfa = createMfa({ issuer, keys, users, clients, stores, authenticators: [otp({ issuer: 'Example' })] })
 * ```
 */
export function createMfa(options: MfaOptions): Mfa {
  checkOptions(options);
  const { issuer, accessTokenAlgorithm = 'RS256' } = options;
  const signing = checkKeys(options.keys, accessTokenAlgorithm);
  const settings = resolveSettings(options);
  const clock = checkedClock(options.clock ?? systemClock());
  const random = checkedRandom(options.random ?? systemRandom());
  const pepper = deriveRing(options.keys.pepper, ['code', 'recovery-code', 'address', 'handle']);
  const emit = emitter(clock, options.onEvent);
  const store = reliableStore(openStore(options), emit);
  const purge = () => purgeAll(store, clock);

  return Object.freeze({
    issuer,
    audience: `${issuer}mfa/`,
    ready: () => store.ready(),
    purge,
    settings,
    store,
    shared: {},
    users: options.users,
    clients: options.clients,
    policy: options.policy ?? (() => 'enroll' as const),
    clock,
    random,
    types: Object.freeze([...options.authenticators]),
    hash: keyedHash(pepper),
    seal: sealing(deriveRing(options.keys.encryption, ['seal']), random),
    handles: handles(pepper, issuer, random),
    tokens: createTokens({ issuer, keys: signing, accessTokenAlgorithm, clock, random }),
    housekeeping: housekeeper(clock, purge, emit),
    emit,
  });
}

/** @throws TypeError `ERR_MFA_OPTION` when `stores` gives no store, as `memoryStores` without its call does */
function openStore({ stores, issuer }: MfaOptions): Store {
  const store: Partial<Store> | undefined = stores(issuer);
  if (typeof store?.load === 'function' && typeof store.commit === 'function')
    return store as Store;
  const problem =
    'gave no store; write memoryStores(), sqliteStores(database) or postgresStores(pool)';
  throw configurationError('ERR_MFA_OPTION', 'stores', problem);
}

/** A listener that throws, or a clock that does, must not stop what it is told about: it becomes a warning. */
function emitter(clock: Clock, onEvent: MfaOptions['onEvent']): Mfa['emit'] {
  const events = channel('express-mfa');
  return (event) => {
    if (!onEvent && !events.hasSubscribers) return;
    try {
      const complete: MfaEvent = { ...event, at: clock.now() };
      events.publish(complete);
      onEvent?.(complete);
    } catch (error) {
      process.emitWarning(`express-mfa: event ${event.event} was lost: ${String(error)}`);
    }
  };
}

/** Batch after batch, with room for requests in between. */
async function purgeAll(store: Store, clock: Clock): Promise<number> {
  let removed = 0;
  for (let round = 0; round < PURGE_ROUNDS; round++) {
    const gone = await store.purge(clock.now(), PURGE_LIMIT);
    if (gone === 0) break;
    removed += gone;
    await setImmediate();
  }
  return removed;
}

/** Purges about once a minute as long as there are requests: no timer that would keep a process alive. */
function housekeeper(clock: Mfa['clock'], purge: Mfa['purge'], emit: Mfa['emit']): () => void {
  let next = 0;
  const purgeWhenDue = async () => {
    const now = clock.now();
    if (now < next) return;
    const first = next === 0;
    next = now + PURGE_EVERY_MS;
    if (!first) await purge();
  };
  return () => {
    purgeWhenDue().catch((cause: unknown) => emit({ event: 'purge.failed', cause }));
  };
}
