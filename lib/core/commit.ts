import { errors } from '../errors.js';
import type { Changes } from '../ports/index.js';
import type { Mfa } from './mfa.js';

/**
 * Somebody else's progress is what makes a commit fail, and a user's budget lets only a few make progress
 * before it refuses the rest: so many tries are never needed by an honest client.
 */
const TRIES = 20;

/**
 * Reads, decides and commits; when the account moved in between, reads and decides again.
 *
 * @param decide - returns the changes, undefined for none, and the result; throws to refuse
 * @throws OAuthError 429 when others keep moving it
 */
export async function commitWith<T>(
  mfa: Mfa,
  decide: () => Promise<{ readonly changes: Changes | undefined; readonly result: T }>,
): Promise<T> {
  for (let i = 0; i < TRIES; i++) {
    const { changes, result } = await decide();
    if (changes === undefined || (await mfa.store.commit(changes)) === true) return result;
  }
  throw errors.busy(1000);
}
