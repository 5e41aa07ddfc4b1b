import type { AuthenticatorType } from '../authenticator-type.js';
import type { Settings } from '../mfa.js';
import type { LaneLimits } from './guess-budget.js';

const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** The chance of somebody who knows the password to guess the second factor, if they spend every guess they get. */
export interface GuessBound {
  /** Name of the type: `otp`, `oob`, `recovery-code`. */
  readonly type: string;
  /** Chance of one guess. */
  readonly perGuess: number;
  /** Guesses that are compared at most in any 24 hours, and in a year. */
  readonly guessesPerDay: number;
  readonly guessesPerYear: number;
  /** Chance per account and day, and per account and year. */
  readonly perDay: number;
  readonly perYear: number;
  /** The same for somebody who has stolen the cookie of a known device as well. */
  readonly perDayWithDevice: number;
  readonly perYearWithDevice: number;
}

/**
 * The worst case, from the numbers that guesses are charged by (security.md section 4). One opening of the lane
 * before its time, at most once in 30 days and only by the owner, is not in it: at most twice the chance of a year.
 */
export const guessBounds = (
  types: readonly AuthenticatorType[],
  { guesses: { lanes } }: Pick<Settings, 'guesses'>,
): readonly GuessBound[] =>
  types.map(({ name, lane, chance }) => {
    const [perDay, perYear] = [most(lanes[lane], DAY), most(lanes[lane], YEAR)];
    const both = lane === 'factor' ? lanes.device : undefined;
    const extra = (span: number) => (both ? most(both, span) : 0);
    return {
      type: name,
      perGuess: chance,
      guessesPerDay: perDay,
      guessesPerYear: perYear,
      perDay: atLeastOnce(chance, perDay),
      perYear: atLeastOnce(chance, perYear),
      perDayWithDevice: atLeastOnce(chance, perDay + extra(DAY)),
      perYearWithDevice: atLeastOnce(chance, perYear + extra(YEAR)),
    };
  });

/** Guesses that a lane lets through in this time at most. */
const most = ({ windows }: LaneLimits, span: number): number =>
  Math.min(
    ...windows.map(({ limit, length }) =>
      span <= length ? limit : Math.ceil((limit * span) / length),
    ),
  );

/** 1 - (1 - p)^n, without the loss of digits that small chances suffer. */
const atLeastOnce = (chance: number, guesses: number): number =>
  -Math.expm1(guesses * Math.log1p(-chance));
