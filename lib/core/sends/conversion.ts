import { setTimeout as pause } from 'node:timers/promises';
import { changeShared, type SharedState } from '../fleet/shared-state.js';
import type { Mfa } from '../mfa.js';
import type { BudgetWindow } from './send-windows.js';

/*
 * The conversion breaker (security.md D15, R-132): whoever earns with messages asks for codes and enters none. Messages
 * are counted by the store, exactly; the codes that came back stand in the state of the issuer. A country's window has
 * room for as many messages as were needed for the codes that came back, and for some that nobody has entered yet; when
 * it is full, nothing goes there for a while.
 */

/** What is known of one country. */
export interface Conversion {
  /** Codes that came back, by 5 minutes: [start, count], oldest first. */
  readonly verified: readonly (readonly [start: number, count: number])[];
  /** How often it was blocked: each time the count starts anew. */
  readonly blocks: number;
  /** Nothing goes there before this time (ms). */
  readonly blockedUntil?: number | undefined;
  /** How long the last block was (ms). */
  readonly length?: number | undefined;
}

/** Codes that came back and that the other processes do not know yet, by country. */
export interface ConversionWatch {
  readonly untold: Map<string, number>;
  telling: boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SLICE = 5 * MINUTE;
/** One code of so many has to come back. */
const FACTOR = 4;
/** So many messages say something: a twentieth of what may be sent in an hour, 50 unless that was raised. */
const FLOOR = 50;
const FLOOR_SHARE = 20;
/** How often a process tells the others. */
const TELL_EVERY_MS = 250;

const NONE: Conversion = { verified: [], blocks: 0 };
const of = (state: SharedState, country: string): Conversion => state.conversion?.[country] ?? NONE;

/** When messages go to the country again (ms); undefined while they do. */
export function blockedUntil(mfa: Mfa, state: SharedState, country: string): number | undefined {
  const until = of(state, country).blockedUntil;
  return until !== undefined && until > mfa.clock.now() ? until : undefined;
}

/** The window whose messages have to come back. */
export function conversionWindow(mfa: Mfa, state: SharedState, country: string): BudgetWindow {
  const conversion = of(state, country);
  return {
    budget: 'conversion',
    key: `send:1h:conversion:${country}:${conversion.blocks}`,
    limit: room(mfa, conversion),
    length: HOUR,
    resolution: MINUTE,
  };
}

function room(mfa: Mfa, { verified }: Conversion): number {
  const since = mfa.clock.now() - HOUR - SLICE;
  const came = verified.reduce((sum, [start, count]) => sum + (start > since ? count : 0), 0);
  const floor = Math.max(FLOOR, Math.ceil(mfa.settings.sends.totalPerHour / FLOOR_SHARE));
  return Math.max(floor, FACTOR * came);
}

/**
 * The window was full: blocks the country for an hour, twice as long each time within a day, up to 24 hours, unless
 * codes came back that this process did not know of.
 *
 * @returns the state as it stands now
 */
export function block(mfa: Mfa, country: string, full: BudgetWindow): Promise<SharedState> {
  const change = (state: SharedState): SharedState | undefined => {
    const window = conversionWindow(mfa, state, country);
    if (window.key !== full.key || window.limit > full.limit) return undefined;
    return changed(state, country, blocked(of(state, country), mfa.clock.now()));
  };
  return changeShared(mfa, change, () => [{ event: 'sms.blocked', reason: 'conversion', country }]);
}

const changed = (state: SharedState, country: string, conversion: Conversion): SharedState => ({
  ...state,
  conversion: { ...state.conversion, [country]: conversion },
});

function blocked({ blocks, blockedUntil: before, length }: Conversion, now: number): Conversion {
  const isRecent = before !== undefined && length !== undefined && now - before < DAY;
  const next = isRecent ? Math.min(2 * length, DAY) : HOUR;
  return { verified: [], blocks: blocks + 1, blockedUntil: now + next, length: next };
}

/** The state without the block: an operator says that all is well. */
export function unblocked(state: SharedState, country: string): SharedState {
  const { blocks } = of(state, country);
  return blocks === 0 ? state : changed(state, country, { verified: [], blocks: blocks + 1 });
}

/** A code that was sent to this country came back; the others learn of it in the background. */
export function countVerified(mfa: Mfa, country: string): void {
  const { untold, telling } = mfa.conversions;
  untold.set(country, (untold.get(country) ?? 0) + 1);
  if (telling) return;
  mfa.conversions.telling = true;
  const told = tellAll(mfa).finally(() => {
    mfa.conversions.telling = false;
  });
  mfa.inBackground(told);
}

/** One change at a time, however many codes come back. */
async function tellAll(mfa: Mfa): Promise<void> {
  const { untold } = mfa.conversions;
  while (untold.size > 0) {
    const counts = [...untold];
    untold.clear();
    await changeShared(mfa, (state) =>
      counts.reduce((next, [country, count]) => {
        const conversion = of(next, country);
        const verified = added(conversion.verified, count, mfa.clock.now());
        return changed(next, country, { ...conversion, verified });
      }, state),
    );
    await pause(TELL_EVERY_MS);
  }
}

function added(
  verified: Conversion['verified'],
  count: number,
  now: number,
): Conversion['verified'] {
  const start = Math.floor(now / SLICE) * SLICE;
  const own = verified.find(([at]) => at === start)?.[1] ?? 0;
  const kept = verified.filter(([at]) => at < start && at > now - HOUR - SLICE);
  return [...kept, [start, own + count]];
}
