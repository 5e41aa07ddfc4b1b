import type { Client, RequestInfo, User } from '../ports/index.js';

/**
 * What a login needs.
 * - `none`: nothing more, unless the user has an active authenticator
 * - `challenge` or `enroll`: a second factor; who has none enrolls first
 *
 * With a list, only these kinds (`otp`, `phone`, `email`, …) may be challenged, or enrolled.
 */
export type PolicyAnswer =
  | 'none'
  | 'challenge'
  | 'enroll'
  | { readonly challenge: readonly string[] }
  | { readonly enroll: readonly string[] };

/** Decides what a login needs. Throws and rejections refuse the login. */
export type PolicyCallback = (
  user: User,
  client: Client,
  audience: string,
  request: RequestInfo,
) => PolicyAnswer | Promise<PolicyAnswer>;
