import { configurationError } from '../errors.js';
import type { ChannelOptions } from './channel.js';

/** Characters of the GSM-7 alphabet that are safe in every gateway. */
const GSM7 = /^[A-Za-z0-9 .,:;!?'"()&+\-_/]{1,40}$/;

/** Options that all channels share, checked. */
export function checkChannel(channel: string, options: ChannelOptions): { digits: number } {
  const { send, appName, digits = 6 } = options ?? {};
  if (typeof send !== 'function' && typeof send?.send !== 'function') {
    throw configurationError(
      'ERR_MFA_SENDER',
      `${channel}.send`,
      'pass a function (message, { signal }) => Promise, or an object with such a send()',
    );
  }
  if (appName !== undefined && !GSM7.test(appName)) {
    throw configurationError(
      'ERR_MFA_OPTION',
      `${channel}.appName`,
      'use 1 to 40 characters of the GSM-7 alphabet, so that the message stays one segment',
    );
  }
  if (!Number.isInteger(digits) || digits < 6 || digits > 10) {
    throw configurationError(
      'ERR_MFA_OPTION',
      `${channel}.digits`,
      'use a whole number from 6 to 10',
    );
  }
  return { digits };
}
