import type { Reach } from '../core/authenticator-type.js';
import type { Locale } from '../core/locale.js';
import type { Params } from '../core/params.js';
import type { Sender, User } from '../ports/index.js';

/** Where a channel delivers to, as read from a request. */
export interface Destination {
  /** Canonical: E.164 number, or address with a lower-case punycode domain. */
  readonly to: string;
  /** What equality is judged by. */
  readonly canonical: string;
  /** For lists (wire.md 2.4). */
  readonly masked: string;
}

/** What a message is made of: the template, and what stands in it. Nothing that a user typed (security.md R-133). */
export interface MessageWords {
  /** `approval`: the code confirms one action. */
  readonly template: 'code' | 'approval';
  /** What is confirmed: written by the host, never by the user. */
  readonly action?: string | undefined;
  /** Digits. */
  readonly code: string;
  /** The issuer's. */
  readonly host: string;
  /** Of the user. */
  readonly locale: Locale;
}

/** One way to carry a code. Made by `sms()`, `voice()`, `email()`. */
export interface Channel {
  /** `oob_channel` on the wire. */
  readonly name: string;
  /** Kind of authenticator that it reaches: the wire's `type`. */
  readonly kind: string;
  /** `amr` value of a code that came through it (RFC 8176 where it has one). */
  readonly amr: string;
  /** Whether `mfa_required` offers it for enrollment. */
  readonly offered: boolean;
  /** Digits of a code. */
  readonly digits: number;
  /**
   * The destination that a request names; undefined when it names none for this channel.
   *
   * @param findUser - asks for the user, whose own address may stand in for a missing one
   * @throws OAuthError when it is not acceptable
   */
  destination(params: Params, findUser: () => Promise<User>): Promise<Destination | undefined>;
  /** What equality of `to` is judged by, as in `Destination`. Default: `to` itself. */
  canonical?(to: string): string;
  /** What a number is counted under, and whether it may be messaged at all. Default: the number alone is counted. */
  reach?(to: string): Reach;
  /** The message. */
  text(words: MessageWords): string;
  readonly sender: Sender;
}

/** A sender, or just its `send`. */
export type SenderLike = Sender | Sender['send'];

/** What every channel takes. */
export interface ChannelOptions {
  /** Delivers one message; resolves when the gateway accepted it. */
  readonly send: SenderLike;
  /** Name of the app in the message, at most 40 characters of GSM-7. Default: the issuer's host. */
  readonly appName?: string | undefined;
  /** Digits of a code, 6 to 10. Default 6 (security.md D1). */
  readonly digits?: number | undefined;
}

export const toSender = (send: SenderLike): Sender =>
  typeof send === 'function' ? { send } : send;
