import { errors as known, type OAuthError } from '../errors.js';
import type { Texts } from './locales/en.js';

/** What a person is told about an error of the flow, in the words of the page. */
export function explain(
  { errors, wait }: Texts,
  { status, error, message, options }: OAuthError,
): string {
  if (status === 429) {
    const seconds = Number(options.headers?.['Retry-After'] ?? 60);
    return errors.tooMany(inWords(wait, seconds));
  }
  if (error === 'no_code') return message;
  const word = WORDS.get(message);
  return word === undefined ? byCode(errors, error) : errors[word];
}

/** Where the code of an error says less than its text. */
const WORDS = new Map(
  (
    [
      [known.expiredMfaToken(), 'expired'],
      [known.malformedMfaToken(), 'expired'],
      [known.malformedOobCode(), 'codeExpired'],
      [known.wrongRecoveryCode(), 'recoveryWrong'],
      [known.alreadyEnrolled(), 'enrolled'],
      [known.tooManyAuthenticators(), 'full'],
      [known.addressInUse(), 'inUse'],
      [known.lastAuthenticator(), 'last'],
    ] as const
  ).map(([{ message }, word]) => [message, word]),
);

function byCode(errors: Texts['errors'], code: string): string {
  switch (code) {
    case 'expired_token':
      return errors.codeExpired;
    case 'invalid_grant':
      return errors.wrongCode;
    case 'invalid_phone_number':
      return errors.phone;
    case 'invalid_email':
      return errors.email;
    case 'bad_gateway':
      return errors.notSent;
    case 'temporarily_unavailable':
      return errors.later;
    case 'invalid_authenticator':
      return errors.notFound;
    case 'unsupported_challenge_type':
      return errors.stale;
    case 'invalid_request':
      return errors.stale;
    default:
      return errors.notAllowed;
  }
}

function inWords(wait: Texts['wait'], seconds: number): string {
  if (seconds < 120) return wait.seconds(seconds);
  if (seconds < 7200) return wait.minutes(Math.ceil(seconds / 60));
  return seconds < 172_800
    ? wait.hours(Math.ceil(seconds / 3600))
    : wait.days(Math.ceil(seconds / 86_400));
}
