import type { Mfa } from '../mfa.js';
import { changeShared, readShared } from './shared-state.js';

/** What is kept of the whole fleet (security.md D9), in the shared state. */
export interface FleetState {
  /** Failures by 10 seconds, oldest first: [start, count], of the last minute. */
  readonly recent?: readonly Count[] | undefined;
  /** Failures by hour, of the last 7 days. */
  readonly hours?: readonly Count[] | undefined;
  /** Attack mode lasts until then (ms). */
  readonly attackUntil?: number | undefined;
}

type Count = readonly [start: number, count: number];

/** Failures that this process has not told the others yet. */
export interface FleetWatch {
  untold: number;
  toldAt: number;
}

const SLICE = 10_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HOURS = 7 * 24;
/** At least so many failures in a minute are an attack, however quiet the fleet is otherwise. */
const FLOOR = 60;
/** So many times the usual number of failures is one. */
const FACTOR = 10;
/** It lasts so long after the last minute that was above (choice). */
const CALM_MS = 15 * MINUTE;
/** How often a process tells the others. */
const TELL_EVERY_MS = 1000;
/** So many failures are told at once. */
const TELL_COUNT = 20;

/** Whether unknown devices get fewer guesses now. */
export async function isUnderAttack(mfa: Mfa): Promise<boolean> {
  const { fleet } = await readShared(mfa);
  const { attackUntil } = fleet as FleetState;
  if (attackUntil === undefined) return false;
  if (attackUntil > mfa.clock.now()) return true;
  mfa.inBackground(calmDown(mfa));
  return false;
}

/** Counts a failure; the others learn of it within about a second, in the background. */
export function countFailure(mfa: Mfa): void {
  const { fleet: watch } = mfa;
  watch.untold++;
  const now = mfa.clock.now();
  const due = now < watch.toldAt || now - watch.toldAt >= TELL_EVERY_MS;
  if (!due && watch.untold < TELL_COUNT) return;
  const count = watch.untold;
  watch.untold = 0;
  watch.toldAt = now;
  mfa.inBackground(tell(mfa, count, now));
}

async function tell(mfa: Mfa, count: number, now: number): Promise<void> {
  let begins = false;
  await changeShared(
    mfa,
    (state) => {
      const before = state.fleet as FleetState;
      const after = recorded(before, count, now);
      begins = after.attackUntil !== undefined && before.attackUntil === undefined;
      return { ...state, fleet: { ...after } };
    },
    () => (begins ? [{ event: 'attack_mode.on' }] : []),
  );
}

async function calmDown(mfa: Mfa): Promise<void> {
  await changeShared(
    mfa,
    (state) => {
      const { attackUntil, ...calm } = state.fleet as FleetState;
      const ends = attackUntil !== undefined && attackUntil <= mfa.clock.now();
      return ends ? { ...state, fleet: calm } : undefined;
    },
    () => [{ event: 'attack_mode.off' }],
  );
}

/** The state with more failures. */
export function recorded(state: FleetState, count: number, now: number): FleetState {
  const recent = added(state.recent, count, now, SLICE, MINUTE / SLICE);
  const hours = added(state.hours, count, now, HOUR, HOURS);
  const lastMinute = recent.reduce((sum, [, failures]) => sum + failures, 0);
  const isAttack = lastMinute > threshold(state, now);
  return {
    recent,
    hours,
    attackUntil: isAttack ? now + CALM_MS : state.attackUntil,
  };
}

/** Failures in a minute beyond which it is an attack; the hour under way is not yet what is usual. */
export function threshold({ hours = [] }: FleetState, now: number): number {
  const current = Math.floor(now / HOUR) * HOUR;
  const past = hours.filter(([start]) => start < current && start >= current - HOURS * HOUR);
  const counts = [...past.map(([, failures]) => failures), ...Array(HOURS - past.length).fill(0)];
  const median = counts.toSorted((a, b) => a - b)[Math.floor(HOURS / 2)] as number;
  return Math.max(FLOOR, (FACTOR * median) / 60);
}

function added(
  counts: readonly Count[] = [],
  count: number,
  now: number,
  slice: number,
  keep: number,
): readonly Count[] {
  const start = Math.floor(now / slice) * slice;
  const kept = counts.filter(([at]) => at > start - keep * slice && at !== start && at < start);
  const own = counts.find(([at]) => at === start)?.[1] ?? 0;
  return [...kept, [start, own + count]];
}
