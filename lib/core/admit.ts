import { errors } from '../errors.js';
import type { User } from '../ports/index.js';
import type { Mfa } from './mfa.js';

/**
 * The user behind a login that is under way: may have been deleted or blocked since the password was given
 * (security.md ).
 *
 * @throws OAuthError
 */
export async function admitUser(mfa: Mfa, userId: string): Promise<User> {
  const user = await mfa.users.findById(userId);
  if (user?.id !== userId) throw errors.malformedMfaToken();
  if (user.blocked) throw errors.userBlocked();
  return user;
}
