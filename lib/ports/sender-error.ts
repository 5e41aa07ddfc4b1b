/**
 * Why a message was not accepted:
 * - `connect`: nothing was sent, the gateway was not reached; the same message may be tried once more
 * - `busy`: the gateway asks to wait
 * - `rejected`: anything else; the message may have been sent, so it is not tried again
 */
export type SenderFailure = 'connect' | 'rejected' | 'busy';

/**
 * What a sender throws when a message was not accepted. The text goes to the log, never to the person:
 * keep codes, numbers and credentials out of it.
 *
 * @example
 * throw new SenderError('busy', 'the gateway answered 429', { retryAfter: 30 })
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
