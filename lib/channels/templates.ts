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
  /** Read: the code confirms this action. */
  approval(code: string, action: string): string;
  /** Heard, the same. */
  spokenApproval(digits: string, action: string): string;
  /** Heard. */
  spoken(digits: string, name: string): string;
}

const TEMPLATES: Readonly<Record<Locale, Templates>> = {
  en: {
    code: (code, name) =>
      `${code} is your ${name === undefined ? '' : `${name} `}verification code.`,
    approval: (code, action) => `${code} confirms: ${action}`,
    spokenApproval: (digits, action) =>
      `To confirm ${action}, your code is: ${digits}. Again, your code is: ${digits}.`,
    spoken: (digits, name) =>
      `Your ${name} verification code is: ${digits}. Again, your code is: ${digits}.`,
  },
  de: {
    code: (code, name) =>
      `${code} ist dein Bestätigungscode${name === undefined ? '' : ` für ${name}`}.`,
    approval: (code, action) => `${code} bestätigt: ${action}`,
    spokenApproval: (digits, action) =>
      `Um zu bestätigen: ${action}. Dein Code ist: ${digits}. Noch einmal, dein Code ist: ${digits}.`,
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
export function writtenText(
  { code, host, locale, action }: MessageWords,
  appName?: string,
): string {
  const last = `\n\n@${host} #${code}`;
  if (action !== undefined) return fitting(TEMPLATES[locale].approval(code, action), last);
  const say = TEMPLATES[locale].code;
  const named = say(code, appName ?? host) + last;
  return named.length <= ONE_SEGMENT ? named : say(code) + last;
}

/** Shortened so far that it is one message; what is cut shows as dots. */
const fitting = (text: string, last: string): string => {
  const room = ONE_SEGMENT - last.length;
  return (text.length <= room ? text : `${text.slice(0, room - 3)}...`) + last;
};

/** What is heard: digit by digit and twice. */
export function spokenText({ code, host, locale, action }: MessageWords, appName?: string): string {
  const digits = Array.from(code).join(', ');
  if (action !== undefined) return TEMPLATES[locale].spokenApproval(digits, action);
  return TEMPLATES[locale].spoken(digits, appName ?? host);
}
