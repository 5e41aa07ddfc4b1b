import type { Channel, Destination } from '../channels/channel.js';
import type { sending } from '../channels/sending.js';
import type { Carrier } from '../core/authenticator-type.js';
import type { Mfa } from '../core/mfa.js';
import { errors } from '../errors.js';

/** A channel whose sender is bounded in time. */
export type SendingChannel = Channel & { readonly deliver: ReturnType<typeof sending> };

/** What carries codes through a channel to one number or address: a single recipient, canonical (security.md R-134). */
export function carrierOf(
  mfa: Mfa,
  channel: SendingChannel,
  to: string,
  addresses: readonly string[],
): Carrier {
  const { hostname } = new URL(mfa.issuer);
  return {
    channel: channel.name,
    to,
    addresses,
    digits: channel.digits,
    reach: channel.reach?.(to),
    sender: channel.sender.name,
    send: ({ id, code, purpose, locale, action }) =>
      channel.deliver({
        id,
        channel: channel.name,
        to,
        text: channel.text({
          template: action === undefined ? 'code' : 'approval',
          code,
          host: hostname,
          locale,
          action,
        }),
        code,
        locale,
        purpose,
      }),
  };
}

/** Whoever asks learns no more than that the number is no good (security.md D14, R-131). */
export function refuseUnreachable(mfa: Mfa, channel: Channel, { to, masked }: Destination): void {
  const { refused: reason, country } = channel.reach?.(to) ?? {};
  if (!reason) return;
  mfa.emit({ event: 'sms.blocked', channel: channel.name, reason, country, target: masked });
  throw errors.invalidPhoneNumber();
}
