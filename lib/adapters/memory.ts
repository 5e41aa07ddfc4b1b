import type {
  Account,
  Authenticator,
  Changes,
  Delivery,
  Loaded,
  LoadKeys,
  LoginTransaction,
  Store,
  Stores,
} from '../ports/index.js';
import { fateOf } from './idle-account.js';
import { memoryLog } from './memory-log.js';
import { surplus } from './memory-logins.js';
import { memoryWindows } from './memory-windows.js';

/**
 * Everything in this process's memory, for development and tests: a second process would give guesses anew.
 *
 * @throws TypeError `ERR_MFA_MEMORY_STORE` when `NODE_ENV` is `production`
 * @example `createMfa({ stores: memoryStores(), … })`
 */
export function memoryStores(): Stores {
  if (process.env['NODE_ENV'] === 'production') {
    throw Object.assign(
      new TypeError(
        'memoryStores() forgets guess budgets and enrolled authenticators at a restart, so it refuses to run with NODE_ENV=production. Use postgresStores(pool) or sqliteStores(database).',
      ),
      { code: 'ERR_MFA_MEMORY_STORE' },
    );
  }
  const byIssuer = new Map<string, Store>();
  return (issuer) => {
    const store = byIssuer.get(issuer) ?? memoryStore();
    byIssuer.set(issuer, store);
    return store;
  };
}

const loginKey = (tx: LoginTransaction) => JSON.stringify([tx.userId, tx.clientId]);

function memoryStore(): Store {
  const accounts = new Map<string, Account>();
  const authenticators = new Map<string, Map<string, Authenticator>>();
  const transactions = new Map<string, LoginTransaction>();
  const byLogin = new Map<string, Set<string>>();
  const byAddress = new Map<string, Set<string>>();
  const deliveries = new Map<string, Delivery>();
  const windows = memoryWindows();
  const log = memoryLog();

  function addressUse(addresses: readonly string[], except: string | undefined) {
    const use = { active: 0, pending: 0 };
    const users = new Set(addresses.flatMap((it) => [...(byAddress.get(it) ?? [])]));
    for (const userId of users) {
      if (userId === except) continue;
      const same = [...(authenticators.get(userId)?.values() ?? [])].filter(
        (it) => it.address !== undefined && addresses.includes(it.address),
      );
      if (same.some((it) => it.status !== 'pending')) use.active++;
      else if (same.length > 0) use.pending++;
    }
    return use;
  }

  function removeTransaction(id: string) {
    const tx = transactions.get(id);
    if (!tx) return;
    transactions.delete(id);
    const ids = byLogin.get(loginKey(tx));
    ids?.delete(id);
    if (ids?.size === 0) byLogin.delete(loginKey(tx));
  }

  function putTransaction(tx: LoginTransaction, keep: number | undefined) {
    const ids = byLogin.get(loginKey(tx)) ?? new Set<string>();
    if (keep !== undefined && ids.size > keep) {
      const stored = [...ids].map((id) => transactions.get(id) as LoginTransaction);
      for (const { id } of surplus(stored, keep)) removeTransaction(id);
    }
    transactions.set(tx.id, tx);
    byLogin.set(loginKey(tx), ids.add(tx.id));
  }

  function removeAuthenticator(userId: string, id: string) {
    const own = authenticators.get(userId);
    const address = own?.get(id)?.address;
    own?.delete(id);
    if (own?.size === 0) authenticators.delete(userId);
    forgetAddress(userId, address);
  }

  function forgetAddress(userId: string, address: string | undefined) {
    const own = [...(authenticators.get(userId)?.values() ?? [])];
    if (address === undefined || own.some((it) => it.address === address)) return;
    const users = byAddress.get(address);
    users?.delete(userId);
    if (users?.size === 0) byAddress.delete(address);
  }

  function putAuthenticator(it: Authenticator) {
    const own = authenticators.get(it.userId) ?? new Map<string, Authenticator>();
    const before = own.get(it.id)?.address;
    authenticators.set(it.userId, own.set(it.id, it));
    forgetAddress(it.userId, before);
    if (it.address === undefined) return;
    byAddress.set(it.address, (byAddress.get(it.address) ?? new Set()).add(it.userId));
  }

  function apply({ account, put, remove, keepTransactions, events = [] }: Changes) {
    if (account) accounts.set(account.userId, { ...account, version: account.version + 1 });
    for (const id of remove?.transactions ?? []) removeTransaction(id);
    for (const id of remove?.deliveries ?? []) deliveries.delete(id);
    for (const id of remove?.authenticators ?? []) {
      if (account) removeAuthenticator(account.userId, id);
    }
    for (const it of put?.authenticators ?? []) putAuthenticator(it);
    for (const it of put?.transactions ?? []) putTransaction(it, keepTransactions);
    for (const it of put?.deliveries ?? []) deliveries.set(it.id, it);
    log.append(events);
  }

  return {
    async load({ transactionId, userId, deliveryId, address }: LoadKeys): Promise<Loaded> {
      const transaction = transactionId === undefined ? undefined : transactions.get(transactionId);
      const user = transaction?.userId ?? userId;
      return {
        transaction,
        delivery: deliveryId === undefined ? undefined : deliveries.get(deliveryId),
        account:
          user === undefined
            ? undefined
            : (accounts.get(user) ?? {
                userId: user,
                version: 0,
                lanes: {},
                failures: {},
                logins: {},
                sends: [],
              }),
        authenticators: user === undefined ? [] : [...(authenticators.get(user)?.values() ?? [])],
        addressUse: addressUse([address ?? []].flat(), user),
      };
    },

    async commit(changes) {
      const { account } = changes;
      if (account && (accounts.get(account.userId)?.version ?? 0) !== account.version) return false;
      apply(changes);
      return true;
    },

    reserve: windows.reserve,
    release: windows.release,
    events: log.events,

    async purge(now, limit) {
      let removed = 0;
      const sweep = <T>(
        from: Map<string, T>,
        dead: (it: T) => boolean,
        drop: (id: string) => void,
      ) => {
        let left = limit;
        for (const [id, it] of from) {
          if (left === 0) break;
          if (!dead(it)) continue;
          drop(id);
          left--;
          removed++;
        }
      };
      for (const [userId, own] of authenticators) {
        sweep(
          own,
          (it) => (it.expiresAt ?? Infinity) <= now,
          (id) => removeAuthenticator(userId, id),
        );
      }
      sweep(transactions, (it) => it.expiresAt <= now, removeTransaction);
      sweep(
        deliveries,
        (it) => it.expiresAt <= now,
        (id) => deliveries.delete(id),
      );
      for (const [userId, account] of accounts) {
        const fate = authenticators.has(userId) ? 'stays' : fateOf(account, now);
        if (fate === 'retires') accounts.set(userId, { ...account, version: now });
        if (fate === 'goes' && accounts.delete(userId)) removed++;
      }
      return removed + log.purge(now, limit) + windows.purge(now, limit);
    },

    async accounts(after = '', limit) {
      const users = [...accounts.keys()].filter((it) => it > after).sort();
      return users.slice(0, limit);
    },
    async ready() {},
  };
}
