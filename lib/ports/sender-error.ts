/**
 * Why a message was not accepted:
 * - `connect`: nothing was sent, the gateway was not reached; the same message may be tried once more
 * - `busy`: the gateway asks to wait
 * - `rejected`: the gateway works, but did not take this message (a number it does not serve, say)
 * - `failed`: the gateway says that it failed; an error of any other class is taken for this
 * - `unanswered`: the connection broke before an answer came; the message may have been sent, and stays counted
 *
 * All but `rejected` count as an outage: when half of 20 messages fail so, none is tried for 30 seconds.
 */
export type SenderFailure = 'connect' | 'busy' | 'rejected' | 'failed' | 'unanswered';

/**
 * What a sender throws when a message was not accepted. The text goes to the log, never to the person:
 * keep codes, numbers and credentials out of it.
 *
 * @example
 * ```ts
 * throw new SenderError('busy', 'the gateway answered 429', { retryAfter: 30 })
 * ```
 */
export class SenderError extends Error {
  override readonly name = 'SenderError';
  readonly reason: SenderFailure;
  /** Seconds until a new try makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    reason: SenderFailure,
    message: string,
    {
      retryAfter,
      cause,
    }: { readonly retryAfter?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}
