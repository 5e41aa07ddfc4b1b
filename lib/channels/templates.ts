import type { Locale } from '../core/locale.js';
import type { MessageWords } from './channel.js';

/*
 * All that a message says (security.md R-133): the app's name, the code and the issuer's host, none of which a user can
 * choose. Letters of the basic GSM-7 alphabet only, one septet each. One more kind of message is one more member here
 * and in `MessageWords`.
 */

interface Templates {
  /** Read; `name` is left out when it would not fit. */
  code(code: string, name?: string): string;
  /** Heard. */
  spoken(digits: string, name: string): string;
}

const TEMPLATES: Readonly<Record<Locale, Templates>> = {
  en: {
    code: (code, name) =>
      `${code} is your ${name === undefined ? '' : `${name} `}verification code.`,
    spoken: (digits, name) =>
      `Your ${name} verification code is: ${digits}. Again, your code is: ${digits}.`,
  },
  de: {
    code: (code, name) =>
      `${code} ist dein Bestätigungscode${name === undefined ? '' : ` für ${name}`}.`,
    spoken: (digits, name) =>
      `Dein Bestätigungscode für ${name} ist: ${digits}. Noch einmal, dein Code ist: ${digits}.`,
  },
};

/** Septets of one message; a longer one is sent, and paid for, as two. */
const ONE_SEGMENT = 160;

/**
 * What is read. The last line binds the code to the issuer's host, so that browsers fill it in there and nowhere else
 * (WICG origin-bound one-time codes).
 */
export function writtenText({ code, host, locale }: MessageWords, appName?: string): string {
  const say = TEMPLATES[locale].code;
  const last = `\n\n@${host} #${code}`;
  const named = say(code, appName ?? host) + last;
  return named.length <= ONE_SEGMENT ? named : say(code) + last;
}

/** What is heard: digit by digit and twice. */
export const spokenText = ({ code, host, locale }: MessageWords, appName?: string): string =>
  TEMPLATES[locale].spoken(Array.from(code).join(', '), appName ?? host);
