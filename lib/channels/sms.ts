import { type Channel, toSender } from './channel.js';
import { checkChannel } from './checks.js';
import { checkCountries, type PhoneChannelOptions } from './phone.js';
import { phoneDestination, reachOf } from './phone-number.js';
import { writtenText } from './templates.js';

/**
 * Codes in text messages. The last line binds the code to the issuer's domain, so that browsers fill it in there
 * and nowhere else (WICG SMS one-time codes).
 *
 * @throws TypeError `ERR_MFA_COUNTRIES`, `ERR_MFA_SENDER`, `ERR_MFA_OPTION`
 * @example
 * ```ts
 * sms({ send: ({ to, text }) => gateway.send(to, text), countries: ['US', 'DE'] })
 * ```
 */
export function sms(options: PhoneChannelOptions): Channel {
  const { digits } = checkChannel('sms', options);
  const countries = checkCountries('sms', options.countries);
  return {
    name: 'sms',
    kind: 'phone',
    amr: 'sms',
    offered: true,
    digits,
    destination: async (params) => phoneDestination(params),
    reach: (to) => reachOf(to, countries),
    text: (words) => writtenText(words, options.appName),
    sender: toSender(options.send),
  };
}
