import { type Channel, toSender } from './channel.js';
import { checkChannel } from './checks.js';
import { checkCountries, type PhoneChannelOptions } from './phone.js';
import { phoneDestination, reachOf } from './phone-number.js';
import { spokenText } from './templates.js';

/**
 * Codes that are read out in a phone call, digit by digit and twice.
 *
 * @throws TypeError `ERR_MFA_COUNTRIES`, `ERR_MFA_SENDER`, `ERR_MFA_OPTION`
 * @example
 * ```ts
 * voice({ send: ({ to, text }) => gateway.call(to, text), countries: ['US'] })
 * ```
 */
export function voice(options: PhoneChannelOptions): Channel {
  const { digits } = checkChannel('voice', options);
  const countries = checkCountries('voice', options.countries);
  return {
    name: 'voice',
    kind: 'phone',
    amr: 'tel',
    offered: true,
    digits,
    destination: async (params) => phoneDestination(params),
    reach: (to) => reachOf(to, countries),
    text: (words) => spokenText(words, options.appName),
    sender: toSender(options.send),
  };
}
