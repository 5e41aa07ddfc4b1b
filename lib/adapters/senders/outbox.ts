import { type Clock, type Message, type Sender, systemClock } from '../../ports/index.js';
import { refuseProduction } from './development.js';

/** A message as the outbox keeps it. */
export interface OutboxMessage extends Message {
  /** When it was sent (ms). */
  readonly at: number;
}

export interface OutboxSenderOptions {
  /** Messages kept; the oldest goes first. Default 200. */
  readonly limit?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** A sender whose messages can be read back. */
export interface OutboxSender extends Sender {
  /** The messages kept, newest first; with `to`, only those to this number or address. */
  messages(to?: string): readonly OutboxMessage[];
  /**
   * Calls back for every message from now on.
   *
   * @returns a function that ends it
   */
  subscribe(listener: (message: OutboxMessage) => void): () => void;
}

/**
 * Keeps the newest messages in memory instead of delivering them: for development and tests.
 *
 * @throws TypeError `ERR_MFA_DEV_SENDER` when `NODE_ENV` is `production`; `ERR_MFA_OUTBOX_LIMIT` when
 * `limit` is not a whole number of at least 1
 * @example
 * const outbox = outboxSender()
 * sms({ send: outbox, countries: ['US'] })
 * outbox.messages('+12025550123')[0]?.code
 */
export function outboxSender({
  limit = 200,
  clock = systemClock(),
}: OutboxSenderOptions = {}): OutboxSender {
  refuseProduction('outboxSender');
  if (!Number.isInteger(limit) || limit < 1) {
    throw Object.assign(
      new TypeError('outboxSender: limit must be a whole number of at least 1.'),
      {
        code: 'ERR_MFA_OUTBOX_LIMIT',
      },
    );
  }
  const kept: OutboxMessage[] = [];
  const listeners = new Set<(message: OutboxMessage) => void>();
  return {
    name: 'outbox',
    async send(message) {
      const entry = { ...message, at: clock.now() };
      kept.unshift(entry);
      kept.length = Math.min(kept.length, limit);
      for (const listener of listeners) listener(entry);
    },
    messages: (to) => (to === undefined ? [...kept] : kept.filter((it) => it.to === to)),
    subscribe(listener) {
      const own = (message: OutboxMessage) => listener(message);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
