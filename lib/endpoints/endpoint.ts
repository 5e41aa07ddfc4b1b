import type { Answer, Call } from '../core/call.js';
import type { Mfa } from '../core/mfa.js';

/** One operation of the wire. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the mount point; `:id` at the end stands for one segment. */
  readonly path: string;
  /** `grant_type`s, where there are several operations behind one path. */
  readonly grants?: readonly string[];
  /** Public and the same for everyone: pages of every origin may read it. */
  readonly isPublic?: boolean;
  /** @throws OAuthError when refused */
  handle(mfa: Mfa, call: Call): Promise<Answer>;
}
