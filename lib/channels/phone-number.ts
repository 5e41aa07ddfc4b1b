import {
  type CountryCode,
  getCountryCallingCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { Reach } from '../core/authenticator-type.js';
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
const FICTIONAL = /^\+(1555[0-9]{7}|1[2-9][0-9]{2}55501[0-9]{2}|447700900[0-9]{3})$/;

const SEPARATORS = /[ \-.()]/g;
const E164 = /^\+[1-9][0-9]{6,14}$/;
/** Digits at the end that the numbers of one block differ in (D13). */
const BLOCK = 4;

/** Every character an `X`, the plus sign included, except the last four (wire.md 2.4). */
export const maskPhoneNumber = (number: string): string =>
  'X'.repeat(Math.max(0, number.length - 4)) + number.slice(-4);

/**
 * Reads `phone_number`: E.164 in ASCII, separators removed, valid by libphonenumber. Nothing is repaired
 * (security.md R-123). Whether it may be messaged, `reachOf` tells.
 */
export function phoneDestination(params: Params): Destination | undefined {
  const raw = params.optional('phone_number', text);
  if (raw === undefined) return undefined;
  const number = raw.replace(SEPARATORS, '');
  const parsed = E164.test(number) ? parsePhoneNumberFromString(number) : undefined;
  if (!parsed?.isPossible()) throw errors.invalidPhoneNumber();
  return { to: parsed.number, canonical: parsed.number, masked: maskPhoneNumber(parsed.number) };
}

/** What a number is counted under, and whether its country and type may be messaged (D13 to D15). */
export function reachOf(number: string, countries: readonly CountryCode[]): Reach {
  const parsed = parsePhoneNumberFromString(number);
  const fictional = FICTIONAL.test(number);
  const country = parsed && countryOf(parsed, countries);
  const reach = { country: country ?? '', prefix: number.slice(0, -BLOCK), fictional };
  if (!parsed || !countries.some((it) => it === country)) return { ...reach, refused: 'country' };
  return isMessageable(parsed, fictional) ? reach : { ...reach, refused: 'type' };
}

/**
 * A number of an assigned range and an ordinary type. What is merely possible may be dear: a premium range whose
 * numbers are not assigned has no type either. A fictional one is of no range, or of one that is judged like others.
 */
const isMessageable = (parsed: PhoneNumber, fictional: boolean): boolean =>
  parsed.isValid() ? !REFUSED.has(parsed.getType() ?? '') : fictional;

/** A fictional number, which no country claims, goes by its calling code: it is of the first one listed that has it. */
const countryOf = (
  { country, countryCallingCode }: PhoneNumber,
  countries: readonly CountryCode[],
): string =>
  country ??
  countries.find((it) => getCountryCallingCode(it) === countryCallingCode) ??
  `+${countryCallingCode}`;
