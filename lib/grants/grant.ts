import type { Call } from '../core/call.js';
import type { Mfa } from '../core/mfa.js';
import type { TokenAnswer } from '../core/oauth/issue-tokens.js';
import type { Client } from '../ports/index.js';

/** What a grant answers. */
export interface GrantAnswer {
  readonly tokens: TokenAnswer;
  /** The mark that the device is known by from now on. */
  readonly device?: string | undefined;
}

/** One grant of the token endpoint. */
export interface Grant {
  /** `grant_type` */
  readonly type: string;
  /** The word in a client's `grantTypes` that switches it on. */
  readonly switchName: string;
  /** @throws OAuthError when refused */
  handle(mfa: Mfa, call: Call, client: Client): Promise<GrantAnswer>;
}
