/** What a store keeps: plain JSON objects, kept whole. */

/** Failed guesses of one user in one lane: `factor`, `device` (from a known device), `recovery`. */
export interface GuessLane {
  /** Guesses since the last success. */
  readonly consecutive: number;
  /** No guess is compared before this time (ms); 0 when not locked. */
  readonly lockedUntil: number;
  /** Times (ms) of the guesses that count against the rolling windows, oldest first. */
  readonly log: readonly number[];
}

/**
 * What a login transaction has used up. It stands with the account and not with the transaction, which may be kept
 * where a write can be lost: the bounds hold all the same.
 */
export interface LoginUse {
  /** Of no interest after this time (ms): the transaction is dead by then. */
  readonly until: number;
  /** Guesses charged so far, over all authenticators. */
  readonly attempts: number;
  /** Guesses charged against the live delivery of an authenticator, by authenticator id. */
  readonly guesses: Readonly<Record<string, number>>;
  /** It succeeded: never again. */
  readonly spent: boolean;
}

/** A device that is not asked for a second factor for a while. */
export interface TrustedDevice {
  /** Browser and system, for the user's own list. */
  readonly name: string;
  /** SHA-256 of what it has to show next. */
  readonly current: string;
  /** ms */
  readonly createdAt: number;
  /** ms */
  readonly usedAt: number;
  /** Never moved by use (ms). */
  readonly expiresAt: number;
}

/** What is kept per user beside the authenticators. */
export interface Account {
  readonly userId: string;
  /** As loaded; 0 when nothing is stored yet. A commit stores it with `version + 1`. */
  readonly version: number;
  readonly lanes: Readonly<Record<string, GuessLane>>;
  /** Failed guesses in a row per authenticator id. */
  readonly failures: Readonly<Record<string, number>>;
  /** By id of the login transaction. */
  readonly logins: Readonly<Record<string, LoginUse>>;
  /** Times (ms) of the messages sent in the last 24 hours, oldest first. */
  readonly sends: readonly number[];
  /**
   * How often the password changed or the user was deleted: logins, tokens, sessions and known devices that state
   * another `epoch` are dead. `at` (ms) tells only how long this has to be kept.
   */
  readonly cutOff?: { readonly epoch: number; readonly at: number } | undefined;
  /** How often the authenticators changed: codes from before are dead, but for those of the login that changed them. */
  readonly codes?: { readonly epoch: number; readonly except: string } | undefined;
  /** When (ms) the `factor` lane was last opened before its time. */
  readonly reopenedAt?: number | undefined;
  /** When (ms) a recovery code passed; a change of the password after it opens the `factor` lane. */
  readonly recoveredAt?: number | undefined;
  /** When (ms) the user was last told, by subject. */
  readonly told?: Readonly<Record<string, number>> | undefined;
  /** Trusted devices by id; gone with every change of factors or password. */
  readonly trusted?: Readonly<Record<string, TrustedDevice>> | undefined;
  /** Of the issuer's own records, which stand under ids that no user can have; opaque. */
  readonly state?: string | undefined;
  /** Of such a record: nobody asks for it after this time (ms). */
  readonly expiresAt?: number | undefined;
}

export type AuthenticatorStatus = 'pending' | 'active';

/** An enrolled record. One phone is one record: the sms and voice entries of the wire are two views of it. */
export interface Authenticator {
  /** `dev_` and 16 characters. */
  readonly id: string;
  readonly userId: string;
  /** `otp`, `phone`, `email`, `recovery-code`, …: the wire's `type`. */
  readonly kind: string;
  readonly status: AuthenticatorStatus;
  /** Belongs to the authenticator type; opaque to everyone else. Sealed or keyed-hashed. */
  readonly credential: string;
  /** Masked, for lists. */
  readonly name?: string | undefined;
  /** Blind index of the phone number or address (keyed hash). */
  readonly address?: string | undefined;
  /** Login transaction that started it; only that one may confirm it. */
  readonly transactionId?: string | undefined;
  /** ms */
  readonly createdAt: number;
  /** Pending only: dead after this time (ms). */
  readonly expiresAt?: number | undefined;
  /** When it last proved something (ms). */
  readonly usedAt?: number | undefined;
}

/** A message that may have arrived although its gateway gave no answer. */
export interface UnansweredMessage {
  readonly channel: string;
  /** Blind index of where it went. */
  readonly address: string;
  /** Its code, sealed. */
  readonly code: string;
  /** When (ms). */
  readonly at: number;
}

/** What proved the first factor of a login, and therefore not the second one too. */
export interface FirstProof {
  readonly kinds: readonly string[];
  /** Blind indexes of numbers. */
  readonly addresses: readonly string[];
}

/** What a second factor confirms, when it confirms one thing only. */
export interface BoundAction {
  /** Of all that the action is about: the proof is worth nothing for another one. */
  readonly digest: string;
  /** What the person reads in the message and on the page. */
  readonly text: string;
}

/** A first factor that passed and waits for the second. */
export interface LoginTransaction {
  /** SHA-256 of the `mfa_token`. */
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scope: string;
  /** `gty` of the access token to come. */
  readonly grant: string;
  /** Methods that passed so far (RFC 8176). */
  readonly amr: readonly string[];
  /** Kinds that the policy allows here; empty = all. */
  readonly kinds: readonly string[];
  /** Left out when the first factor was a password. */
  readonly first?: FirstProof | undefined;
  /** Set when an access token for the MFA audience opened it: not consumed by success. */
  readonly reusable: boolean;
  /** That access token had proved a second factor. */
  readonly proven: boolean;
  /** The password came from a device that has passed a second factor of this user before. */
  readonly knownDevice?: boolean | undefined;
  /** `Account.cutOff.epoch` when it began; 0 when left out. */
  readonly epoch?: number | undefined;
  /** The one thing that it confirms; undefined for a login. */
  readonly action?: BoundAction | undefined;
  /** Messages sent so far. */
  readonly sends: number;
  /** No message before this time (ms). */
  readonly nextSendAt: number;
  /** Live delivery per authenticator id. */
  readonly deliveries: Readonly<Record<string, string>>;
  /** The last message, when its gateway gave no answer. */
  readonly unanswered?: UnansweredMessage | undefined;
  /** ms */
  readonly createdAt: number;
  /** ms */
  readonly expiresAt: number;
}

/** One message sent; `oob_code` is its handle. */
export interface Delivery {
  /** SHA-256 of the `oob_code`. */
  readonly id: string;
  readonly transactionId: string;
  readonly userId: string;
  readonly authenticatorId: string;
  readonly channel: string;
  /** Country of the number, where the codes that come back are counted (security.md D15). */
  readonly country?: string | undefined;
  readonly purpose: 'enroll' | 'login' | 'approve';
  /** Belongs to the channel's authenticator type: the keyed hash of the binding code. */
  readonly state: string;
  /** `Account.codes.epoch` when it was sent; 0 when left out. */
  readonly epoch?: number | undefined;
  /** ms */
  readonly createdAt: number;
  /** ms */
  readonly expiresAt: number;
}
