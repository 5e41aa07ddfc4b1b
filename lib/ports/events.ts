/** Something that happened, for the audit log. Never holds a code, secret, token, password or full address. */
export interface MfaEvent {
  /** `mfa.verify.ok`, `authenticator.associate.started`, …; the list is in docs/events.md. */
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly userId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly authenticatorId?: string | undefined;
  readonly kind?: string | undefined;
  readonly channel?: string | undefined;
  /** Machine-readable cause of a refusal or failure. */
  readonly reason?: string | undefined;
  /** Id that also stands in a `server_error` answer. */
  readonly errorId?: string | undefined;
  /** The exception behind a failure; for logs that are kept private. */
  readonly cause?: unknown;
}

/** Receives every event, synchronously; must not throw. */
export type OnEvent = (event: MfaEvent) => void;
