import {
  type CountryCode,
  getCountryCallingCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { type Params, text } from '../core/params.js';
import { errors } from '../errors.js';
import type { Destination } from './channel.js';

/** Types of number that are never messaged: they cost more, or reach no person (security.md D14). */
const REFUSED: ReadonlySet<string> = new Set([
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'PAGER',
  'PERSONAL_NUMBER',
  'UAN',
  'VOICEMAIL',
]);

/** Set aside for examples and films, assigned to nobody: documents and test suites are full of them. */
const FICTIONAL = /^\+(1555[0-9]{7}|447700900[0-9]{3})$/;

const SEPARATORS = /[ \-.()]/g;
const E164 = /^\+[1-9][0-9]{6,14}$/;

/** Every character an `X`, the plus sign included, except the last four (wire.md 2.4). */
export const maskPhoneNumber = (number: string): string =>
  'X'.repeat(Math.max(0, number.length - 4)) + number.slice(-4);

/**
 * Reads `phone_number`: E.164 in ASCII, separators removed, valid by libphonenumber, of an allowed country and type. Nothing is repaired (security.md R-123).
 */
export function phoneDestination(
  params: Params,
  countries: readonly CountryCode[],
): Destination | undefined {
  const raw = params.optional('phone_number', text);
  if (raw === undefined) return undefined;
  const number = raw.replace(SEPARATORS, '');
  const parsed = E164.test(number) ? parsePhoneNumberFromString(number) : undefined;
  if (!parsed?.isPossible() || !inCountries(parsed, countries)) throw errors.invalidPhoneNumber();
  if (!isMessageable(parsed)) throw errors.invalidPhoneNumber();
  return { to: parsed.number, canonical: parsed.number, masked: maskPhoneNumber(parsed.number) };
}

/**
 * A number of an assigned range and an ordinary type. What is merely possible may be dear: a premium range whose
 * numbers are not assigned has no type either.
 */
function isMessageable(parsed: PhoneNumber): boolean {
  if (FICTIONAL.test(parsed.number)) return true;
  return parsed.isValid() && !REFUSED.has(parsed.getType() ?? '');
}

/** A fictional number, which no country claims, goes by its calling code. */
function inCountries(
  parsed: { country?: CountryCode | undefined; countryCallingCode: string },
  countries: readonly CountryCode[],
): boolean {
  if (parsed.country !== undefined) return countries.includes(parsed.country);
  return countries.some((country) => getCountryCallingCode(country) === parsed.countryCallingCode);
}
