import type { Account, Authenticator, Delivery, LoginTransaction } from '../../ports/index.js';

/** A time as clocks give it: beyond 32 bits. */
export const T = 1_790_000_000_000;

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

export const ids = (records: readonly { id: string }[]): string[] => records.map((it) => it.id);
