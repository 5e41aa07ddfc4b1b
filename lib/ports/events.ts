/** Names of events; docs/events.md says when each happens (security.md section 7). */
export type EventName =
  | 'login.first_factor.ok'
  | 'login.first_factor.fail'
  | 'client.auth.fail'
  | 'mfa.required'
  | 'mfa_token.issued'
  | 'mfa_token.consumed'
  | 'mfa_token.expired'
  | 'mfa_token.rejected'
  | 'mfa.challenge.created'
  | 'mfa.challenge.resent'
  | 'mfa.challenge.delivered'
  | 'mfa.challenge.delivery_failed'
  | 'mfa.challenge.expired'
  | 'mfa.verify.charged'
  | 'mfa.verify.ok'
  | 'mfa.verify.fail'
  | 'mfa.verify.replayed'
  | 'mfa.verify.bound_mismatch'
  | 'mfa.lock.started'
  | 'mfa.lock.ended'
  | 'mfa.rate_limited'
  | 'authenticator.associate.started'
  | 'authenticator.associate.confirmed'
  | 'authenticator.associate.expired'
  | 'authenticator.associate.rejected'
  | 'authenticator.removed'
  | 'authenticator.disabled'
  | 'recovery.used'
  | 'recovery.regenerated'
  | 'recovery.failed'
  | 'totp.secret.decrypt_failed'
  | 'oob.address.decrypt_failed'
  | 'token.issued'
  | 'token.refreshed'
  | 'token.revoked'
  | 'token.reuse_detected'
  | 'code.reuse_detected'
  | 'sms.reserved'
  | 'sms.sent'
  | 'sms.blocked'
  | 'switch.off'
  | 'switch.on'
  | 'attack_mode.on'
  | 'attack_mode.off'
  | 'remember_device.issued'
  | 'remember_device.used'
  | 'remember_device.revoked'
  | 'remember_device.reuse_detected'
  | 'notice.sent'
  | 'notice.failed'
  | 'password.changed'
  | 'user.deleted'
  | 'key.rotated'
  | 'config.unsafe'
  | 'clock.differs'
  | 'server_error'
  | 'store.failed'
  | 'purge.failed';

/** What an event may tell beside its name and time. */
export interface EventMembers {
  readonly userId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly authenticatorId?: string | undefined;
  readonly kind?: string | undefined;
  readonly channel?: string | undefined;
  /** ISO 3166-1 alpha-2 code of the number's country. */
  readonly country?: string | undefined;
  /** `name` of a sender that was switched. */
  readonly sender?: string | undefined;
  /** The budget only reports: the message went out all the same. */
  readonly shadow?: true | undefined;
  /** Number or address, masked. */
  readonly target?: string | undefined;
  /** What a notice is about. */
  readonly subject?: string | undefined;
  /** Machine-readable cause of a refusal or failure. */
  readonly reason?: string | undefined;
  /** Milliseconds since the code was sent, or since the login began when none was. */
  readonly duration?: number | undefined;
  /** Names a login without being its token: 16 hexadecimal digits, the same in all of its events. */
  readonly flowId?: string | undefined;
  /** Id that also stands in a `server_error` answer. */
  readonly errorId?: string | undefined;
  /** The exception behind a failure; for logs that are kept private. Never stored. */
  readonly cause?: unknown;
}

/** The HTTP request behind an event. */
export interface RequestContext {
  /** As Express computes it (`req.ip`). */
  readonly ip?: string | undefined;
  /** 16 hexadecimal digits of the SHA-256 of `User-Agent`. */
  readonly userAgentHash?: string | undefined;
  /** The host's `req.id` when it is 1 to 64 of `A-Z a-z 0-9 . _ -`, else a random one. */
  readonly requestId?: string | undefined;
}

/** Something that happened, for the audit log. Never holds a code, secret, token, password or full address. */
export interface MfaEvent extends EventMembers, RequestContext {
  readonly event: EventName;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly outcome: 'ok' | 'fail';
  /** Names the `createMfa()` that it happened in. */
  readonly process: string;
  /** Somebody should look at it now. */
  readonly alert?: true | undefined;
}

/** Receives events, synchronously; must not throw. */
export type OnEvent = (event: MfaEvent) => void;

/** An event as a store keeps it. */
export interface AuditRecord {
  readonly event: Omit<MfaEvent, 'cause'>;
  /** May be purged after this time (ms). */
  readonly expiresAt: number;
}

/** An event as a store gives it back. */
export interface AuditEntry {
  readonly event: Omit<MfaEvent, 'cause'>;
  /** Its place in the log, for the next read. */
  readonly cursor: string;
}
