import type { AuditEntry, AuditRecord } from './events.js';
import type { Account, Authenticator, Delivery, LoginTransaction } from './records.js';

/**
 * The one store: what the flow keeps, and the three ways to change it. Records are plain JSON objects; a
 * store keeps them whole and needs to find them only by the keys that `LoadKeys` and `Changes` name.
 *
 * Every change to what belongs to a user goes through `commit` with that user's `account`, whose version
 * guards the rest: of any number of commits that read the same version, one wins. Single use of codes and
 * tokens, guess budgets and the rules of enrollment all rest on this one comparison.
 */

export interface LoadKeys {
  /** Loads this transaction, and the account and authenticators of its user. */
  readonly transactionId?: string | undefined;
  /** Loads this user's account and authenticators, whether or not the transaction exists. */
  readonly userId?: string | undefined;
  readonly deliveryId?: string | undefined;
  /**
   * Counts the users that have an authenticator with this blind index, or with one of these: there are several
   * while the key behind them is being rotated.
   */
  readonly address?: string | readonly string[] | undefined;
}

export interface Loaded {
  readonly transaction: LoginTransaction | undefined;
  readonly delivery: Delivery | undefined;
  /** The user's; with `version: 0` when nothing is stored. Undefined when neither key led to a user. */
  readonly account: Account | undefined;
  /** The user's, in the order they were made. */
  readonly authenticators: readonly Authenticator[];
  /** Users other than this one with `LoadKeys.address`, each once: as active with any that is not pending. */
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
   * stay: first those of a known device (`knownDevice`), so that whoever merely has the password does not end them,
   * then those that sent a message, each newest first. One that sent a message (`sends > 0`) always stays, so that
   * nobody's code dies because somebody else logs in.
   */
  readonly keepTransactions?: number | undefined;
  /** Appended to the log of the issuer, in this order, with the rest or not at all (security.md R-142). */
  readonly events?: readonly AuditRecord[] | undefined;
}

/**
 * At most `limit` reservations under `key` in any `length` ms, wherever they begin. A store may keep the time of
 * each, so limits without a `resolution` are small numbers: tens, not thousands.
 */
export interface Window {
  readonly key: string;
  readonly limit: number;
  readonly length: number;
  /**
   * Times are rounded up to a multiple of so many ms, and those that become the same are kept as one time with a
   * count: for limits of thousands. Up, so that no unit leaves before its time. Always the same for one key.
   */
  readonly resolution?: number | undefined;
}

export type Reservation =
  | { readonly granted: true }
  /** The full window that has room last: its key, and when (ms). */
  | { readonly granted: false; readonly key: string; readonly retryAt: number };

/** What a store that can be used tells about itself. */
export interface StoreHealth {
  /**
   * By how many ms the clock of this machine is ahead of the store's, negative when it is behind; as little as the time
   * that the answer took allows. Left out by a store without a clock of its own.
   */
  readonly clockAhead?: number | undefined;
}

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
  /**
   * Gives one unit back in each window that still holds one: the newest that was taken at `at`, the time of the
   * reservation, or before, so that units of later keep their times; without such a one, the oldest.
   */
  release(windows: readonly Window[], at: number): Promise<void>;
  /**
   * Removes at most `limit` records of each sort whose `expiresAt` (pending authenticators, transactions,
   * deliveries, events) or window end has passed; fewer where a batch of that size would hold others up. Called again
   * until it returns 0. Beside them it may remove accounts of users without an authenticator: only once nothing in
   * them counts (every time in them 31 days past), and so that no commit that read one passes afterwards. A store
   * that keeps all accounts is right as well; it grows with every user that ever began a login.
   *
   * @returns how many were removed
   */
  purge(now: number, limit: number): Promise<number>;
  /**
   * Walks all users that anything is stored for, in an order of the store's own that stays the same: at most
   * `limit` ids, those after `after`, or the first ones. Empty at the end. For maintenance, never for a request.
   */
  accounts(after: string | undefined, limit: number): Promise<readonly string[]>;
  /**
   * The log in an order that stays the same: at most `limit` events, those after `after`, or the first ones. An event
   * that appears later stands after all that were given out.
   */
  events(after: string | undefined, limit: number): Promise<readonly AuditEntry[]>;
  /** Resolves when the store can read and write, else rejects with what is wrong. It may tell how it is. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most stores have nothing to tell and return nothing
  ready(): Promise<StoreHealth | void>;
}

/** Gives the store of one issuer: two issuers on one database share nothing. */
export type Stores = (issuer: string) => Store;
