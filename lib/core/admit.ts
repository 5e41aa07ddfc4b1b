import { errors, type OAuthError } from '../errors.js';
import type { User } from '../ports/index.js';
import type { Mfa } from './mfa.js';

const MAX_ID_LENGTH = 255;
/** What not every store can keep or tell apart. */
const UNFIT = /\0|\p{Surrogate}/u;

/**
 * Only an object with an id is a user; `null`, `undefined` and `false` are none. Anything else is a mistake of the
 * host, and passes nobody either (security.md R-010).
 *
 * @throws TypeError when it is no user, or one whose id stores cannot keep
 */
export function asUser(found: User | false | null | undefined): User | undefined {
  if (found === null || found === undefined || found === false) return undefined;
  if (typeof found.id !== 'string' || found.id === '') {
    throw new TypeError('users must answer a user with a string id, or nothing');
  }
  if (found.id.length > MAX_ID_LENGTH || UNFIT.test(found.id)) {
    throw new TypeError(`a user id must be at most ${MAX_ID_LENGTH} characters of valid Unicode`);
  }
  return found;
}

/**
 * The user behind a login that is under way: may have been deleted or blocked since the password was given
 * (security.md ).
 *
 * @param gone - the answer when there is no such user any more
 * @throws OAuthError
 */
export async function admitUser(
  mfa: Mfa,
  userId: string,
  gone: () => OAuthError = errors.malformedMfaToken,
): Promise<User> {
  const user = asUser(await mfa.users.findById(userId));
  if (user?.id !== userId) throw gone();
  if (user.blocked) throw errors.userBlocked();
  return user;
}
