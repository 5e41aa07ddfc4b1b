import type { Clock, Store } from '../ports/index.js';
import type { Mfa } from './mfa.js';

/** Two clocks that far apart (ms) are worth a word; a store refuses what is much more (security.md R-072). */
const CLOCKS_DIFFER_MS = 5000;
/** How long an answer counts (ms). */
const FRESH_MS = 1000;

/**
 * `mfa.ready()`. Asks the store once at a time, and once a second at most: anybody may ask a health check, and every
 * question is a write.
 */
export function readiness(store: Store, clock: Clock, emit: Mfa['emit']): Mfa['ready'] {
  const judge = clockWatch(emit);
  let known: { readonly at: number; readonly answer: Promise<void> } | undefined;
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => judge((await store.ready())?.clockAhead ?? 0);
  const keep = (answer: Promise<void>) => () => {
    asking = undefined;
    known = { at: clock.now(), answer };
  };
  return async () => {
    const age = known === undefined ? Number.NaN : clock.now() - known.at;
    if (known && age >= 0 && age < FRESH_MS) return known.answer;
    if (!asking) {
      asking = ask();
      const kept = keep(asking);
      asking.then(kept, kept);
    }
    return asking;
  };
}

/** Tells of a clock that differs when that begins, and not at every question. */
function clockWatch(emit: Mfa['emit']): (ahead: number) => void {
  let differed = false;
  return (ahead) => {
    const differs = Math.abs(ahead) > CLOCKS_DIFFER_MS;
    if (differs && !differed) {
      const reason = ahead > 0 ? 'ahead' : 'behind';
      const relation = ahead > 0 ? 'ahead of' : 'behind';
      const seconds = Math.round(Math.abs(ahead) / 1000);
      const cause = new Error(
        `the clock of this machine is ${seconds} s ${relation} the database's; set both by NTP`,
      );
      emit({ event: 'clock.differs', reason, cause });
    }
    differed = differs;
  };
}
