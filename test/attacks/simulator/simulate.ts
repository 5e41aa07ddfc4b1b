// A month of attack, step by step.
import { attacker, type Seen } from './attacker.js';
import { browser, type Way } from './browser.js';
import type { Fleet } from './fleet.js';
import { person } from './people.js';
import type { Report } from './site.js';

export const DAY = 86_400_000;
const HOUR = 3600;
const START = Date.UTC(2026, 0, 15, 12);
const HOME: Way = { process: 0, ip: '203.0.113.7', client: 'spa' };

export interface Outcome extends Report {
  readonly seen: Seen;
}

export interface Plan {
  readonly days: number;
  /** Runs with the same seed make the same moves. */
  readonly seed: number;
  /** The attacker has the cookie of a device that the victim is known by. */
  readonly withDevice?: boolean;
}

/** Moves of the attacker and how often they come, beside each other. */
const MOVES: readonly (readonly [string, number])[] = [
  ['newLogin', 5],
  ['sameLogin', 4],
  ['otherFactor', 5],
  ['resend', 3],
  ['recoveryCode', 3],
  ['burst', 1],
  ['enrollAndDelete', 1],
  ['ownSuccess', 2],
];
const DECK = MOVES.flatMap(([name, weight]) => Array<string>(weight).fill(name));

/** Kills a process, and empties Redis, this often (ms). */
const DISRUPT_EVERY = 4.3 * DAY;

export async function simulate(
  fleet: Fleet,
  { days, seed, withDevice = false }: Plan,
): Promise<Outcome> {
  const clock = { now: START };
  const chance = generator(seed);
  const http = browser(fleet, clock);
  const victim = await person('victim', http, clock, HOME);
  const own = await person('attacker', http, clock, HOME);
  await victim.addPhone(HOME);
  const stolen = withDevice ? (await victim.logIn(HOME))?.cookie : undefined;
  const attack = attacker({ http, fleet, clock, victim, own, chance, stolen });

  const end = clock.now + days * DAY;
  let disruptAt = clock.now + DAY / 2;
  while (clock.now < end) {
    if (clock.now >= disruptAt) {
      await attack.move('flush');
      await attack.move('restart');
      disruptAt += DISRUPT_EVERY;
    }
    const wait = await attack.move(DECK[Math.floor(chance() * DECK.length)] as string);
    if (await pass(clock, wait, chance)) {
      // The lane has just opened: the owner is there first, and a success ends the row of failures.
      await (chance() < 0.5 ? victim.logIn(HOME) : victim.changeFactors(HOME));
    }
  }
  return { ...(await fleet.report()), seen: attack.seen };
}

/** Time goes on: to the moment that a short wait ends, or by some hours. @returns whether a long wait ended */
async function pass(clock: { now: number }, wait: number, chance: () => number): Promise<boolean> {
  if (wait <= HOUR) {
    clock.now += wait * 1000 + (wait === 0 ? Math.floor(chance() * 5000) : 0);
    return false;
  }
  const whole = wait <= 24 * HOUR && chance() < 0.6;
  clock.now += whole ? wait * 1000 : Math.floor((2 + 4 * chance()) * HOUR) * 1000;
  return whole;
}

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
