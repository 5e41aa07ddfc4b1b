import type { NoticeSubject } from '../../ports/index.js';
import type { Locale } from '../locale.js';

/*
 * All that a notice says (security.md R-133): the issuer's host and one of these, in the basic GSM-7 alphabet. One
 * message of 160 septets has room for a host of 44 letters.
 */

interface NoticeTexts extends Readonly<Record<NoticeSubject, string>> {
  /** What to do. */
  readonly advice: string;
}

const TEXTS: Readonly<Record<Locale, NoticeTexts>> = {
  en: {
    'authenticator.added': 'A sign-in method was added to your account.',
    'authenticator.removed': 'A sign-in method was removed from your account.',
    'authenticator.disabled': 'A sign-in method was switched off after many wrong codes.',
    'recovery.used': 'A recovery code was used to sign in to your account.',
    'guesses.locked': 'Somebody knows your password and entered wrong codes several times.',
    advice: 'Not you? Change your password.',
  },
  de: {
    'authenticator.added': 'Deinem Konto wurde eine Anmeldeart hinzugefügt.',
    'authenticator.removed': 'Von deinem Konto wurde eine Anmeldeart entfernt.',
    'authenticator.disabled': 'Eine Anmeldeart wurde nach vielen falschen Codes abgeschaltet.',
    'recovery.used': 'Jemand hat sich mit deinem Wiederherstellungscode angemeldet.',
    'guesses.locked': 'Jemand kennt dein Passwort und hat mehrmals falsche Codes eingegeben.',
    advice: 'Du warst das nicht? Ändere dein Passwort.',
  },
};

export const noticeText = (host: string, subject: NoticeSubject, locale: Locale): string =>
  `${host}: ${TEXTS[locale][subject]} ${TEXTS[locale].advice}`;
