/**
 * Messages that an operator stopped at run time: those that fit every member that is set. One without members stops
 * all messages.
 */
export interface Switch {
  /** Name of the channel: `sms`, `voice`, `email`. */
  readonly channel?: string | undefined;
  /** ISO 3166-1 alpha-2 code of the number's country. */
  readonly country?: string | undefined;
  /** `name` of the sender. */
  readonly sender?: string | undefined;
}
