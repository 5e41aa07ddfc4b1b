import { setImmediate } from 'node:timers/promises';
import { toSender } from './channels/channel.js';
import { sending } from './channels/sending.js';
import { auditing } from './core/audit.js';
import { backgroundOf } from './core/background.js';
import { switchesOf } from './core/fleet/switches.js';
import { guessBounds } from './core/guesses/guess-bound.js';
import { passwordChanged, unlock, userDeleted } from './core/life-cycle.js';
import type { Mfa } from './core/mfa.js';
import { readiness } from './core/readiness.js';
import { reliableStore } from './core/reliable-store.js';
import { forgetDevices } from './core/session/trusted-device.js';
import { handles } from './crypto/handle.js';
import { keyedHash } from './crypto/keyed-hash.js';
import { sealing } from './crypto/seal.js';
import { deriveRing } from './crypto/secrets.js';
import { configurationError } from './errors.js';
import type { MfaOptions } from './options.js';
import {
  type Clock,
  logId,
  type Random,
  type Store,
  systemClock,
  systemRandom,
} from './ports/index.js';
import { checkKeys } from './setup/check-keys.js';
import { checkOptions, isRestricted } from './setup/check-options.js';
import { checkedClock, checkedRandom } from './setup/checked-ports.js';
import { resolveSettings } from './setup/settings.js';
import { createTokens } from './tokens/tokens.js';

const RETENTION_DAYS = 90;
const DAY_MS = 86_400_000;
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
  const audit = auditing({ ...eventsOf(options), clock });
  const { emit } = audit;
  const store = reliableStore(openStore(options), emit);
  const purge = () => purgeAll(store, clock);
  const background = backgroundOf(emit);

  const mfa: Mfa = Object.freeze({
    issuer,
    audience: `${issuer}mfa/`,
    ready: readiness(store, clock, emit),
    purge,
    settings,
    store,
    ...hostOf(options),
    ...aboutUsers(() => mfa),
    switches: switchesOf(() => mfa),
    guessBound: () => guessBounds(options.authenticators, settings),
    ...knownHere(),
    ...background,
    clock,
    random,
    ...secretsOf(options, random),
    tokens: createTokens({ issuer, keys: signing, accessTokenAlgorithm, clock, random }),
    housekeeping: housekeeper(clock, purge, emit),
    audit,
    emit,
    auditLog: logReader(store),
  } satisfies Mfa);
  warnOf(options, emit);
  return mfa;
}

/** What the host tells, and decides, about its users. */
const aboutUsers = (
  mfa: () => Mfa,
): Pick<Mfa, 'onPasswordChanged' | 'onUserDeleted' | 'unlock' | 'forgetDevices'> => ({
  onPasswordChanged: (userId) => passwordChanged(mfa(), userId),
  onUserDeleted: (userId) => userDeleted(mfa(), userId),
  unlock: (userId) => unlock(mfa(), userId),
  forgetDevices: (userId) => forgetDevices(mfa(), userId),
});

/** What a process knows that the others do not, and what it remembers of what all know. */
const knownHere = (): Pick<Mfa, 'shared' | 'fleet' | 'conversions'> => ({
  shared: {},
  fleet: { untold: 0, toldAt: 0 },
  conversions: { untold: new Map(), telling: false },
});

/** What the host brings. */
const hostOf = (options: MfaOptions) => ({
  users: options.users,
  clients: options.clients,
  types: Object.freeze([...options.authenticators]),
  policy: options.policy ?? (() => 'enroll' as const),
  mayEnrollFirst: options.allowSelfEnrollment ?? (() => true),
  onDowngrade: options.onDowngrade ?? (() => true),
  botCheck: options.botCheck,
  noticeSender: options.notices && toSender(options.notices).name,
  tell: options.notices === undefined ? undefined : sending(toSender(options.notices)),
});

function secretsOf({ keys, issuer }: MfaOptions, random: Random) {
  const pepper = deriveRing(keys.pepper, ['code', 'recovery-code', 'address', 'handle']);
  return {
    hash: keyedHash(pepper),
    seal: sealing(deriveRing(keys.encryption, ['seal']), random),
    handles: handles(pepper, issuer, random),
  };
}

/** Configurations that work but leave users less safe than they could be. */
function warnOf(options: MfaOptions, emit: Mfa['emit']): void {
  if (isRestricted(options)) emit({ event: 'config.unsafe', reason: 'restricted' });
  if (options.notices === undefined) emit({ event: 'config.unsafe', reason: 'no_notices' });
  if (options.shadowBudgets) emit({ event: 'config.unsafe', reason: 'shadow_budgets' });
}

/** @throws TypeError `ERR_MFA_OPTION` when `stores` gives no store, as `memoryStores` without its call does */
function openStore({ stores, issuer }: MfaOptions): Store {
  const store: Partial<Store> | undefined = stores(issuer);
  if (typeof store?.load === 'function' && typeof store.commit === 'function')
    return store as Store;
  const problem =
    'gave no store; write memoryStores(), sqliteStores(database), postgresStores(pool), or combineStores({ durable, shortLived }) for Redis';
  throw configurationError('ERR_MFA_OPTION', 'stores', problem);
}

/** Where events go, and how long they are kept. */
const eventsOf = ({ onEvent, onAlert, audit }: MfaOptions) => ({
  onEvent,
  onAlert,
  process: logId().slice(0, 8),
  retention: audit === false ? undefined : (audit?.retentionDays ?? RETENTION_DAYS) * DAY_MS,
});

const logReader =
  (store: Store): Mfa['auditLog'] =>
  async ({ after, limit = 100 } = {}) => {
    const entries = await store.events(after, Math.min(limit, 1000));
    return { events: entries.map(({ event }) => event), after: entries.at(-1)?.cursor ?? after };
  };

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
