/** What a notice is about. */
export type NoticeSubject =
  | 'authenticator.added'
  | 'authenticator.removed'
  | 'authenticator.disabled'
  | 'recovery.used'
  | 'guesses.locked';

/** One message to one recipient. */
export interface Message {
  /** Unique; the same for a repeated attempt, so a gateway may drop duplicates. */
  readonly id: string;
  readonly channel: string;
  /** E.164 number or e-mail address. */
  readonly to: string;
  /** What the person reads or hears; a fixed template, nothing the user typed. */
  readonly text: string;
  /** The digits by themselves, for gateways that fill a template of their own. Never log it. */
  readonly code?: string | undefined;
  /** Language of the text. */
  readonly locale?: string | undefined;
  /** `approve`: the code confirms one action, which the text names. */
  readonly purpose: 'enroll' | 'login' | 'approve' | 'notice';
  /** What a notice is about, for hosts that write their own text. */
  readonly subject?: NoticeSubject | undefined;
}

/**
 * The host's object that delivers messages. Resolves when the gateway accepted the message; anything
 * else is a failure and the person may ask again.
 *
 * @param signal - aborts after the send time-out (5 seconds)
 * @throws SenderError with `retryAfter` (seconds) when the gateway says to wait
 */
export interface Sender {
  /** By which it can be switched off at run time (`mfa.switches`). */
  readonly name?: string | undefined;
  send(message: Message, context: { readonly signal: AbortSignal }): Promise<unknown>;
}
