/**
 * The one store: what the flow keeps, and the three ways to change it. Records are plain JSON objects; a
 * store keeps them whole and needs to find them only by the keys that `LoadKeys` and `Changes` name.
 *
 * Every change to what belongs to a user goes through `commit` with that user's `account`, whose version
 * guards the rest: of any number of commits that read the same version, one wins. Single use of codes and
 * tokens, guess budgets and the rules of enrollment all rest on this one comparison.
 */

/** Failed guesses of one user in one lane (`factor`, `recovery`). */
export interface GuessLane {
  /** Guesses since the last success. */
  readonly consecutive: number;
  /** No guess is compared before this time (ms); 0 when not locked. */
  readonly lockedUntil: number;
  /** Times (ms) of the guesses that count against the rolling windows, oldest first. */
  readonly log: readonly number[];
}

/** What is kept per user beside the authenticators. */
export interface Account {
  readonly userId: string;
  /** As loaded; 0 when nothing is stored yet. A commit stores it with `version + 1`. */
  readonly version: number;
  readonly lanes: Readonly<Record<string, GuessLane>>;
  /** Failed guesses in a row per authenticator id. */
  readonly failures: Readonly<Record<string, number>>;
  /** Times (ms) of the messages sent in the last 24 hours, oldest first. */
  readonly sends: readonly number[];
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
  readonly createdAt: number;
  /** Pending only: dead after this time (ms). */
  readonly expiresAt?: number | undefined;
  readonly usedAt?: number | undefined;
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
  /** Set when an access token for the MFA audience opened it: not consumed by success. */
  readonly reusable: boolean;
  /** That access token had proved a second factor. */
  readonly proven: boolean;
  /** Guesses charged so far, over all authenticators. */
  readonly attempts: number;
  /** Guesses charged against the live delivery of an authenticator, by authenticator id. */
  readonly guesses: Readonly<Record<string, number>>;
  /** Messages sent so far. */
  readonly sends: number;
  /** No message before this time (ms). */
  readonly nextSendAt: number;
  /** Live delivery per authenticator id. */
  readonly deliveries: Readonly<Record<string, string>>;
  readonly createdAt: number;
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
  readonly purpose: 'enroll' | 'login';
  /** Belongs to the channel's authenticator type: the keyed hash of the binding code. */
  readonly state: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface LoadKeys {
  /** Loads this transaction, and the account and authenticators of its user. */
  readonly transactionId?: string | undefined;
  /** Loads this user's account and authenticators, whether or not the transaction exists. */
  readonly userId?: string | undefined;
  readonly deliveryId?: string | undefined;
  /** Counts the users that have an authenticator with this blind index. */
  readonly address?: string | undefined;
}

export interface Loaded {
  readonly transaction: LoginTransaction | undefined;
  readonly delivery: Delivery | undefined;
  /** The user's; with `version: 0` when nothing is stored. Undefined when neither key led to a user. */
  readonly account: Account | undefined;
  /** The user's, in the order they were made. */
  readonly authenticators: readonly Authenticator[];
  /** Users other than this one with `LoadKeys.address`; who has an active and a pending one counts as active. */
  readonly addressUse: { readonly active: number; readonly pending: number };
}

export interface Changes {
  /**
   * The guard: its version must still be the stored one (0 = none stored), else nothing is changed. Stored
   * with `version + 1`. Only the first `put` of a new login may go without it.
   */
  readonly account?: Account | undefined;
  readonly put?:
    | {
        readonly authenticators?: readonly Authenticator[] | undefined;
        readonly transactions?: readonly LoginTransaction[] | undefined;
        readonly deliveries?: readonly Delivery[] | undefined;
      }
    | undefined;
  /** Ids. Removing what is not there is no error. */
  readonly remove?:
    | {
        readonly authenticators?: readonly string[] | undefined;
        readonly transactions?: readonly string[] | undefined;
        readonly deliveries?: readonly string[] | undefined;
      }
    | undefined;
  /**
   * Before the put, of the stored transactions with the same user and client as the one put, only this many
   * stay: first those that sent a message, newest first. One that sent a message (`sends > 0`) always stays, so
   * that nobody's code dies because somebody else logs in.
   */
  readonly keepTransactions?: number | undefined;
}

/** At most `limit` reservations under `key` within a window of `length` ms that starts with the first one. */
export interface Window {
  readonly key: string;
  readonly limit: number;
  readonly length: number;
}

export type Reservation =
  | { readonly granted: true }
  /** The fullest window: its key, and when it ends (ms). */
  | { readonly granted: false; readonly key: string; readonly retryAt: number };

export interface Store {
  /**
   * One consistent read of everything that a step needs. Records past their `expiresAt` may be returned or
   * not; the caller judges. Costs one round trip.
   */
  load(keys: LoadKeys): Promise<Loaded>;
  /** All of it, atomically and durably, or nothing: false when the account's version moved meanwhile. */
  commit(changes: Changes): Promise<boolean>;
  /** Takes one unit in each window, in all or in none; atomic over processes. */
  reserve(windows: readonly Window[], now: number): Promise<Reservation>;
  /** Gives one unit back in each window that is still running. */
  release(windows: readonly Window[], now: number): Promise<void>;
  /**
   * Removes at most `limit` records of each sort whose `expiresAt` (pending authenticators, transactions,
   * deliveries) or window end has passed; fewer where a batch of that size would hold others up. Called again
   * until it returns 0.
   *
   * @returns how many were removed
   */
  purge(now: number, limit: number): Promise<number>;
  /** Resolves when the store can read and write, else rejects with what is wrong. */
  ready(): Promise<void>;
}

/** Gives the store of one issuer: two issuers on one database share nothing. */
export type Stores = (issuer: string) => Store;
