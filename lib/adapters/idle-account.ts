import type { Account } from '../ports/index.js';

const DAY = 86_400_000;
/** Guesses count for 30 days, most else for less; a day more, since clocks differ. */
const COUNTS_FOR = 31 * DAY;
/** Refresh tokens and known devices from before a cut live for 90 days; they would pass where its count is forgotten. */
const CUT_COUNTS_FOR = 91 * DAY;
/** No request and no login is under way for so long. */
const UNDER_WAY = 2 * DAY;
/** Times (ms) are above it, numbers of commits are not. */
const FIRST_TIME = 1e12;

/** Members that say nothing once their times are long past. With any other an account stays. */
const passing = new Set([
  'userId',
  'version',
  'lanes',
  'failures',
  'logins',
  'sends',
  'cutOff',
  'codes', // of no use without codes under way, which are long dead
  'recoveredAt', // read for a day
  'reopenedAt', // read for thirty
  'told', // read for an hour
]);

/**
 * What a purge does with the account of a user who has no authenticator. One that holds nothing that counts is retired,
 * which makes the time its version, and removed when two days have passed since. The next account of the user begins
 * at version 0: nobody who read the old one before it was retired is still about to commit, and what was read after
 * that has a version that the new one will not reach. So no commit passes by a version that came round again.
 *
 * @param now - milliseconds
 */
export function fateOf(account: Account, now: number): 'stays' | 'retires' | 'goes' {
  if (now < FIRST_TIME || !isOver(account, now)) return 'stays';
  if (account.version < FIRST_TIME) return 'retires';
  return account.version + UNDER_WAY <= now ? 'goes' : 'stays';
}

function isOver(account: Account, now: number): boolean {
  if (account.expiresAt !== undefined) return account.expiresAt + DAY <= now;
  const set = Object.entries(account).filter(([, value]) => value !== undefined);
  if (set.some(([name]) => !passing.has(name))) return false;
  const { lanes, failures, logins, sends, cutOff, recoveredAt, reopenedAt, told } = account;
  const guessed = Object.values(lanes);
  const times = [
    ...guessed.flatMap(({ log, lockedUntil }) => [...log, lockedUntil]),
    ...Object.values(logins).map(({ until }) => until),
    ...sends,
    ...[recoveredAt ?? [], reopenedAt ?? []].flat(),
    ...Object.values(told ?? {}),
  ];
  const [latest, cutAt] = [Math.max(0, ...times), cutOff?.at ?? 0];
  if (latest > 0 || cutAt > 0) return latest + COUNTS_FOR <= now && cutAt + CUT_COUNTS_FOR <= now;
  // Counts of an unknown time.
  return Object.keys(failures).length === 0 && guessed.every((it) => it.consecutive === 0);
}
