import type { SessionProof } from '../core/session/session-proof.js';
import type { BoundAction } from '../ports/index.js';

/** What we keep in the host's session, as plain JSON under `mfa`. It names a user only in `proof`. */
export interface BrowserState {
  /** A login, or a step-up of the session, that waits for its second factor. */
  readonly login?: PendingLogin | undefined;
  /** What the session has proved; there is none before the second factor has passed, where one is needed. */
  readonly proof?: SessionProof | undefined;
  /** What Passport kept when the session was opened: the proof is worth nothing beside another login than that. */
  readonly passport?: string | undefined;
  /** What the visitor is about to confirm, and the request that waits for it. */
  readonly action?: PendingAction | undefined;
  /** What the visitor has confirmed just now: good for one request. */
  readonly approved?: Approved | undefined;
  /** Token of forms (security.md R-112). */
  readonly csrf?: string | undefined;
  /** What pages remember between two requests; secrets in it are sealed. */
  readonly page?: Readonly<Record<string, unknown>> | undefined;
}

export interface PendingLogin {
  /** `mfa_token` */
  readonly token: string;
  readonly needed: 'enroll' | 'challenge';
  /** Checked already: a path of this origin. */
  readonly returnTo?: string | undefined;
}

/** A request that was held back until its action is confirmed. */
export interface PendingAction extends BoundAction {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** An action that was confirmed. */
export interface Approved {
  /** Random: names this confirmation. */
  readonly id: string;
  /** Of the user. */
  readonly sub: string;
  readonly digest: string;
  /** When it is worth nothing any more (ms). */
  readonly until: number;
}
