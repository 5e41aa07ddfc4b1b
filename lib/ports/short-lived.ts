import type { Delivery, LoginTransaction } from './records.js';

/**
 * Where login transactions and deliveries may live when their loss raises no bound: what they have used up stands
 * with the account, in the durable store. A record may be gone at any time, and an old one may come back; that is
 * seen by its revision (`combineStores`).
 */
export interface ShortLivedStore {
  /** Records past their `expiresAt` may be returned or not. Costs one round trip. */
  load(keys: {
    readonly transactionId?: string | undefined;
    readonly deliveryId?: string | undefined;
  }): Promise<ShortLived>;
  /** Removes, forgets, then puts. Each record is changed atomically by itself; there is no order between records. */
  apply(changes: ShortLivedChanges): Promise<void>;
  /** Resolves when it can read and write, else rejects with what is wrong. */
  ready(): Promise<void>;
}

export interface ShortLived {
  readonly transaction: LoginTransaction | undefined;
  /** With which the transaction was put; 0 when there is none. */
  readonly revision: number;
  readonly delivery: Delivery | undefined;
}

export interface ShortLivedChanges {
  /** Grows with every change of one transaction: a put never takes the place of one with a higher revision. */
  readonly revision: number;
  readonly put?:
    | {
        readonly transactions?: readonly LoginTransaction[] | undefined;
        readonly deliveries?: readonly Delivery[] | undefined;
      }
    | undefined;
  /** Ids. Removing what is not there is no error. */
  readonly remove?:
    | {
        readonly transactions?: readonly string[] | undefined;
        readonly deliveries?: readonly string[] | undefined;
      }
    | undefined;
  /** As in `Changes`. */
  readonly keepTransactions?: number | undefined;
}

/** Gives the short-lived store of one issuer. It says what it is, so that nobody takes it for a whole store. */
export interface ShortLivedStores {
  (issuer: string): ShortLivedStore;
  readonly shortLived: true;
}
