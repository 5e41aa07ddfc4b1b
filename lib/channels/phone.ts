import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/max';
import { configurationError } from '../errors.js';
import type { ChannelOptions } from './channel.js';

/** What the channels to a phone take. */
export interface PhoneChannelOptions extends ChannelOptions {
  /** ISO 3166-1 alpha-2 codes of the countries that may be messaged. There is no default: messages cost money. */
  readonly countries: readonly string[];
}

/** @throws TypeError `ERR_MFA_COUNTRIES` when the list is empty or has an unknown code */
export function checkCountries(channel: string, countries: unknown): readonly CountryCode[] {
  const path = `${channel}.countries`;
  if (!Array.isArray(countries) || countries.length === 0) {
    throw configurationError(
      'ERR_MFA_COUNTRIES',
      path,
      "list the countries that may be messaged, for example ['US', 'DE']; there is no default, since messages cost money",
    );
  }
  for (const country of countries) {
    if (typeof country === 'string' && isSupportedCountry(country)) continue;
    const problem = `${JSON.stringify(country)} is not an ISO 3166-1 alpha-2 country code such as 'US'`;
    throw configurationError('ERR_MFA_COUNTRIES', path, problem);
  }
  return [...countries] as CountryCode[];
}
