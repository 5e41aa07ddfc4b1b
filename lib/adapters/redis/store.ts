import { createHash } from 'node:crypto';
import type { Delivery, LoginTransaction } from '../../ports/index.js';
import type { ShortLived, ShortLivedStore } from '../../ports/short-lived.js';
import type { Redis } from './scripting.js';
import { enterLogin, forgetTransaction, putTransaction, removeTransaction } from './scripts.js';

/** Kept so much longer than it lives: clocks differ, and the caller judges what has expired. */
const MARGIN_MS = 60_000;

/** What a known device adds to the rank of a login: more messages than one login may send. */
const KNOWN = 1000;

/** The transactions and deliveries of one issuer. */
export function shortLivedStore(redis: Redis, prefix: string, issuer: string): ShortLivedStore {
  const keys = keysOf(prefix, issuer);

  async function putLogin(tx: LoginTransaction, revision: number, keep: number | undefined) {
    const [login, sends, life] = [keys.login(tx), whole(tx.sends), lifeOf(tx)];
    const data = JSON.stringify(tx);
    const rank = whole(tx.sends + (tx.knownDevice === true ? KNOWN : 0));
    const entry = [tx.id, rank, whole(tx.createdAt), life, keep === undefined ? '' : whole(keep)];
    const [gone] = await Promise.all([
      redis.run(enterLogin, login, ...entry),
      redis.run(putTransaction, keys.transaction(tx.id), whole(revision), sends, login, data, life),
    ]);
    const ids = list(gone);
    await Promise.all(ids.map((id = '') => redis.run(forgetTransaction, keys.transaction(id))));
  }

  async function removeLogin(id: string) {
    const login = text(await redis.run(removeTransaction, keys.transaction(id)));
    if (login !== undefined) await redis.command('HDEL', login, id);
  }

  const putDelivery = (it: Delivery) =>
    redis.command('SET', keys.delivery(it.id), JSON.stringify(it), 'PX', lifeOf(it));

  return {
    async load({ transactionId, deliveryId }) {
      const [transaction, delivery] = await Promise.all([
        transactionId === undefined
          ? []
          : redis.command('HMGET', keys.transaction(transactionId), 'data', 'revision'),
        deliveryId === undefined ? null : redis.command('GET', keys.delivery(deliveryId)),
      ]);
      return { ...transactionOf(transaction), delivery: record<Delivery>(delivery) };
    },
    async apply({ put, remove, keepTransactions, revision }) {
      await Promise.all([
        ...(remove?.transactions ?? []).map(removeLogin),
        ...(remove?.deliveries ?? []).map((id) => redis.command('DEL', keys.delivery(id))),
      ]);
      const putLogins = async () => {
        // One after the other: each counts those before it.
        for (const tx of put?.transactions ?? []) await putLogin(tx, revision, keepTransactions);
      };
      await Promise.all([putLogins(), ...(put?.deliveries ?? []).map(putDelivery)]);
    },
    async ready() {
      await redis.command('SET', `${prefix}ready`, '1', 'PX', '1000');
    },
  };
}

/** Keys of a fixed length, whatever is in an id; each its own hash tag. */
function keysOf(prefix: string, issuer: string) {
  const key = (sort: string, ...parts: string[]) => {
    const name = createHash('sha256').update(JSON.stringify([issuer, ...parts]));
    return `${prefix}${sort}:{${name.digest('base64url')}}`;
  };
  return {
    transaction: (id: string) => key('transaction', id),
    delivery: (id: string) => key('delivery', id),
    login: ({ userId, clientId }: LoginTransaction) => key('login', userId, clientId),
  };
}

/** As long as it lives, from now: its times are the caller's, which need not be Redis's. */
const lifeOf = ({ createdAt, expiresAt }: Pick<Delivery, 'createdAt' | 'expiresAt'>): string =>
  whole(Math.max(0, expiresAt - createdAt) + MARGIN_MS);

const whole = (value: number): string => Math.max(0, Math.ceil(value)).toFixed(0);

/** Text as the client gives it: a string or a buffer. Anything else is not trusted. */
function text(reply: unknown): string | undefined {
  if (reply === null || reply === undefined) return undefined;
  if (typeof reply === 'string') return reply;
  if (Buffer.isBuffer(reply)) return reply.toString();
  throw new TypeError(`Redis gave ${typeof reply} where text was expected`);
}

function list(reply: unknown): (string | undefined)[] {
  if (Array.isArray(reply)) return reply.map(text);
  throw new TypeError(`Redis gave ${typeof reply} where a list was expected`);
}

function record<T>(data: unknown): T | undefined {
  const json = text(data);
  return json === undefined ? undefined : (JSON.parse(json) as T);
}

function transactionOf(reply: unknown): Omit<ShortLived, 'delivery'> {
  const [data, revision = '0'] = list(reply);
  return { transaction: record<LoginTransaction>(data), revision: Number(revision) };
}
