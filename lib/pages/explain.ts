import type { OAuthError } from '../errors.js';
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
  if (message === 'mfa_token is expired' || message === 'Malformed mfa_token')
    return errors.expired;
  if (error === 'expired_token' || message === 'Malformed oob_code') return errors.codeExpired;
  if (message === 'MFA Authorization rejected.') return errors.recoveryWrong;
  if (message === 'User is already enrolled.') return errors.enrolled;
  if (message === 'The maximum number of authenticators is reached.') return errors.full;
  if (message === 'Too many users have this number or address.') return errors.inUse;
  if (message === 'The last authenticator cannot be removed.') return errors.last;
  return byCode(errors, error);
}

function byCode(errors: Texts['errors'], code: string): string {
  switch (code) {
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
