import { randomUUID } from 'node:crypto';
import type {
  Account,
  Authenticator,
  Delivery,
  LoginTransaction,
  Store,
  Stores,
} from '../../../lib/ports/index.js';

/** Two views of the same data, as different as the store allows. */
export type MakeStores = () => Promise<readonly [Stores, Stores]>;

export interface Case {
  readonly name: string;
  run(makeStores: MakeStores): Promise<void>;
}

/** A time as clocks give it: beyond 32 bits. */
export const T = 1_790_000_000_000;

/** A case on the two views of a fresh issuer's store. */
export const on = (name: string, body: (a: Store, b: Store) => Promise<void>): Case => ({
  name,
  async run(makeStores) {
    const issuer = freshIssuer();
    const [one, two] = await makeStores();
    await body(one(issuer), two(issuer));
  },
});

export const freshIssuer = (): string => `https://${randomUUID()}.example/`;

export const account = (over: Partial<Account> = {}): Account => ({
  userId: 'ann',
  version: 0,
  lanes: {},
  failures: {},
  logins: {},
  sends: [],
  ...over,
});

export const authenticator = (over: Partial<Authenticator> = {}): Authenticator => ({
  id: 'dev_0000000000000001',
  userId: 'ann',
  kind: 'phone',
  status: 'active',
  credential: 'sealed',
  createdAt: T,
  ...over,
});

export const pending = (over: Partial<Authenticator> = {}): Authenticator =>
  authenticator({ status: 'pending', expiresAt: T + 600_000, ...over });

export const transaction = (over: Partial<LoginTransaction> = {}): LoginTransaction => ({
  id: 'tx',
  userId: 'ann',
  clientId: 'app',
  audience: 'https://api.example/',
  scope: 'openid',
  grant: 'password',
  amr: ['pwd'],
  kinds: [],
  reusable: false,
  proven: false,
  sends: 0,
  nextSendAt: 0,
  deliveries: {},
  createdAt: T,
  expiresAt: T + 600_000,
  ...over,
});

export const delivery = (over: Partial<Delivery> = {}): Delivery => ({
  id: 'dl',
  transactionId: 'tx',
  userId: 'ann',
  authenticatorId: 'dev_0000000000000001',
  channel: 'sms',
  purpose: 'login',
  state: 'hash',
  createdAt: T,
  expiresAt: T + 300_000,
  ...over,
});

/** Which of these transactions are stored. */
export async function stored(store: Store, ids: readonly string[]): Promise<string[]> {
  const found = await Promise.all(ids.map((transactionId) => store.load({ transactionId })));
  return ids.filter((_, at) => found[at]?.transaction !== undefined);
}

/** Fifty calls at once, in turn over both views. */
export const fifty = <R>(a: Store, b: Store, call: (store: Store, at: number) => Promise<R>) =>
  Promise.all(Array.from({ length: 50 }, (_, at) => call(at % 2 ? b : a, at)));

export const ids = (records: readonly { id: string }[]): string[] => records.map((it) => it.id);
