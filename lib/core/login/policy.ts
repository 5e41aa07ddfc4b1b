import type { Client, RequestInfo, User } from '../../ports/index.js';

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

type Answered<T> = T | Promise<T>;

/** What else a host may decide. Throws and rejections refuse, whatever is asked. */
export interface MfaCallbacks {
  /**
   * Whether somebody who gave no more than the password may enroll the user's first authenticator. Default: yes.
   * Answer false for accounts whose first authenticator you hand out yourself.
   */
  allowSelfEnrollment?(user: User, request: RequestInfo): Answered<boolean>;
  /**
   * Called before a user removes the last authenticator where the policy lets them, that is, answers `none` for every
   * audience; answer false to refuse.
   */
  onDowngrade?(user: User, request: RequestInfo): Answered<boolean | undefined>;
  /**
   * Called before a guess from an unknown device is judged while the fleet is under attack (`attack_mode.on`);
   * answer true to let it pass.
   *
   * @param response - the parameter `bot_check` of the request: what your CAPTCHA gave the client
   */
  botCheck?(
    request: RequestInfo,
    about: { readonly userId: string; readonly response: string | undefined },
  ): Answered<boolean>;
}
