import type { ShortLivedStores } from '../ports/short-lived.js';
import { type SendCommand, scripting } from './redis/scripting.js';
import { shortLivedStore } from './redis/store.js';

export type { ShortLivedStores } from '../ports/short-lived.js';
export type { SendCommand } from './redis/scripting.js';

/** What stands between the store and Redis. */
export interface RedisOptions {
  /**
   * Sends one command and gives its answer; rejects when there is none in time.
   *
   * - node-redis: `(args) => client.sendCommand(args)`
   * - node-redis, cluster: `(args, key) => cluster.sendCommand(key, false, args)`
   * - ioredis, cluster or not: `([name, ...args]) => client.call(name, ...args)`
   */
  readonly sendCommand: SendCommand;
  /** Before every key. Default `mfa:`. */
  readonly prefix?: string | undefined;
}

/**
 * Keeps login transactions and deliveries in Redis 5 or newer, or Valkey, each for its own time: the short-lived
 * part of `combineStores`. It is no whole store: guesses, sends and single use are counted in a durable one, so
 * Redis may lose everything at any time, and only the logins under way begin again. Every command touches the
 * keys of one slot.
 *
 * @throws TypeError `ERR_MFA_REDIS` when `sendCommand` is no function or `prefix` no text without braces
 * @example
 * ```ts
 * const redis = await createClient({ url }).connect()
 * const stores = combineStores({
 *   durable: postgresStores(pool),
 *   shortLived: redisStores({ sendCommand: (args) => redis.sendCommand(args) }),
 * })
 * ```
 */
export function redisStores({ sendCommand, prefix = 'mfa:' }: RedisOptions): ShortLivedStores {
  if (typeof sendCommand !== 'function') {
    throw redisError('sendCommand', 'pass a function: (args) => client.sendCommand(args)');
  }
  // A brace in it would take the place of the key's own hash tag.
  if (typeof prefix !== 'string' || /[{}]/.test(prefix)) {
    throw redisError('prefix', 'pass text without { and }');
  }
  const redis = scripting(sendCommand);
  const open = (issuer: string) => shortLivedStore(redis, prefix, issuer);
  return Object.assign(open, { shortLived: true as const });
}

const redisError = (option: string, problem: string) =>
  Object.assign(new TypeError(`redisStores: ${option}: ${problem}.`), { code: 'ERR_MFA_REDIS' });
