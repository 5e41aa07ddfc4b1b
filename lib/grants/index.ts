import type { Mfa } from '../core/mfa.js';
import { authorizationCode } from './authorization-code.js';
import type { Grant } from './grant.js';
import { mfaGrant } from './mfa.js';
import { password, passwordRealm } from './password.js';
import { refreshToken } from './refresh-token.js';

export type { Grant } from './grant.js';

/** Every grant of the token endpoint, by `grant_type`. */
export const grantsOf = (mfa: Mfa): ReadonlyMap<string, Grant> =>
  new Map(
    [password, passwordRealm, ...mfa.types.map(mfaGrant), authorizationCode, refreshToken].map(
      (it) => [it.type, it],
    ),
  );
