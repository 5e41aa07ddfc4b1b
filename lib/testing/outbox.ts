import { type OutboxSender, outboxSender } from '../adapters/senders/outbox.js';
import type { Clock } from '../ports/index.js';

/** A phone and mailbox for tests. */
export interface TestOutbox extends OutboxSender {
  /**
   * The code in the newest message, or in the newest one to this number or address.
   *
   * @throws Error when there is none
   */
  code(to?: string): string;
}

/**
 * Keeps messages instead of delivering them, for the `send` of any channel.
 *
 * @throws TypeError `ERR_MFA_DEV_SENDER` when `NODE_ENV` is `production`
 * @example
 * ```ts
 * const outbox = testOutbox()
 * oob({ channels: [sms({ send: outbox, countries: ['US'] })] })
 * // … the login asks for a code …
 * outbox.code('+12025550123') // '418205'
 * ```
 */
export function testOutbox({ clock }: { readonly clock?: Clock | undefined } = {}): TestOutbox {
  const outbox = outboxSender({ clock });
  return {
    ...outbox,
    code(to) {
      const code = outbox.messages(to)[0]?.code;
      if (code === undefined) throw new Error(`No message${to === undefined ? '' : ` to ${to}`}.`);
      return code;
    },
  };
}
