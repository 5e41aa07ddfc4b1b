import { errors } from '../errors.js';
import type { Changes } from '../ports/index.js';
import { commitAudited, type Happening } from './audit.js';
import type { Mfa } from './mfa.js';

/**
 * Somebody else's progress is what makes a commit fail, and a user's budget lets only a few make progress
 * before it refuses the rest: so many tries are never needed by an honest client.
 */
const TRIES = 20;

/** What was decided: changes, undefined for none, and the events about them. */
export interface Decision<T> {
  readonly changes: Changes | undefined;
  /** Stored with the changes, and told once they stand. */
  readonly events?: readonly Happening[] | undefined;
  /** Stored with the changes, and told by who asked for them: what they mean shows later. */
  readonly quiet?: readonly Happening[] | undefined;
  readonly result: T;
}

/**
 * Reads, decides and commits; when the account moved in between, reads and decides again.
 *
 * @param decide - throws to refuse
 * @throws OAuthError 429 when others keep moving it
 */
export async function commitWith<T>(mfa: Mfa, decide: () => Promise<Decision<T>>): Promise<T> {
  for (let i = 0; i < TRIES; i++) {
    const { changes, events = [], quiet, result } = await decide();
    if (changes === undefined || (await commitAudited(mfa, changes, events, quiet))) return result;
  }
  throw errors.busy(1000);
}
