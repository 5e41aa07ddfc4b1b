import type { Happening } from '../audit.js';
import type { Mfa } from '../mfa.js';
import type { Conversion } from '../sends/conversion.js';
import { changeReserved, readReserved } from './reserved-account.js';
import type { Switch } from './switches.js';

/** State of the whole issuer, which every process sees. */
export interface SharedState {
  /** What an operator switched off at run time. */
  readonly switches: readonly Switch[];
  /** Of the conversion breaker, by country. */
  readonly conversion?: Readonly<Record<string, Conversion>> | undefined;
  /** Of the fleet breaker. */
  readonly fleet: Readonly<Record<string, unknown>>;
}

/** What a process remembers of it. */
export interface SharedStateCache {
  /** The state as it was at this time (ms) or later. */
  known?: { readonly at: number; readonly version: number; readonly state: SharedState };
  /** A read under way, which everybody waits for. */
  reading?: Promise<SharedState> | undefined;
}

const TOPIC = 'state';
/** How old what is read may be (ms). */
const FRESH_MS = 2000;

const parsed = (text: string | undefined): SharedState => ({
  switches: [],
  fleet: {},
  ...(text === undefined ? {} : (JSON.parse(text) as Partial<SharedState>)),
});

/**
 * The state as it was at most 2 seconds ago; a round trip at most so often. There is no older state to fall back on:
 * what a broken store hides may be that everything was switched off, so nothing goes on without it.
 *
 * @throws OAuthError 503 when the store fails
 */
export async function readShared(mfa: Mfa): Promise<SharedState> {
  const cache = mfa.shared;
  const age = cache.known === undefined ? undefined : mfa.clock.now() - cache.known.at;
  if (cache.known && age !== undefined && age >= 0 && age < FRESH_MS) return cache.known.state;
  cache.reading ??= readAnew(mfa).finally(() => {
    cache.reading = undefined;
  });
  return cache.reading;
}

async function readAnew(mfa: Mfa): Promise<SharedState> {
  const at = mfa.clock.now();
  const { version, state } = await readReserved(mfa, TOPIC);
  return keep(mfa, at, version, parsed(state));
}

/** A change that was made here while an older state was on its way stays known. */
function keep(
  { shared: cache }: { readonly shared: SharedStateCache },
  at: number,
  version: number,
  state: SharedState,
): SharedState {
  if (cache.known && cache.known.version > version) return cache.known.state;
  cache.known = { at, version, state };
  return state;
}

/**
 * Changes the state for all processes: they know within 2 seconds, this one at once.
 *
 * @param change - pure, since it is asked again when another process was faster; undefined leaves the state as it is
 * @param happened - the events that are stored with it, asked after `change`
 * @throws OAuthError 429 when others keep changing it, 503 when the store fails
 */
export async function changeShared(
  mfa: Mfa,
  change: (state: SharedState) => SharedState | undefined,
  happened?: () => readonly Happening[],
): Promise<SharedState> {
  const at = mfa.clock.now();
  const changeText = (text: string | undefined) => {
    const next = change(parsed(text));
    return next && JSON.stringify(next);
  };
  const { version, state } = await changeReserved(mfa, TOPIC, changeText, happened);
  return keep(mfa, at, version, parsed(state));
}
