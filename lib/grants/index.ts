import type { Mfa } from '../core/mfa.js';
import type { Grant } from './grant.js';
import { mfaGrant } from './mfa.js';
import { password, passwordRealm } from './password.js';

export type { Grant } from './grant.js';

/** Every grant of the token endpoint, by `grant_type`. */
export const grantsOf = (mfa: Mfa): ReadonlyMap<string, Grant> =>
  new Map([password, passwordRealm, ...mfa.types.map(mfaGrant)].map((it) => [it.type, it]));
