import { errors, type OAuthError } from '../../errors.js';
import type { EventMembers } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';

/** Tells that an `mfa_token` was refused. @returns what the client is answered */
export function refusedToken(
  mfa: Mfa,
  state: 'expired' | 'malformed' | 'used' | 'client',
  about: EventMembers = {},
): OAuthError {
  if (state === 'expired') {
    mfa.emit({ event: 'mfa_token.expired', ...about });
    return errors.expiredMfaToken();
  }
  mfa.emit({ event: 'mfa_token.rejected', ...about, reason: state });
  return state === 'client' ? errors.foreignMfaToken() : errors.malformedMfaToken();
}
