import type { User } from '../ports/index.js';

/** Languages that there are texts in. */
export type Locale = 'en' | 'de';

export const LOCALES: readonly Locale[] = ['en', 'de'];

/** The language of a user: that of `User.locale` if there are texts in it, else the host's. `de-AT` is `de`. */
export function localeOf(
  { settings }: { readonly settings: { readonly locale: Locale } },
  { locale }: Pick<User, 'locale'>,
): Locale {
  const language = typeof locale === 'string' ? locale.split(/[-_]/, 1)[0]?.toLowerCase() : '';
  return LOCALES.find((it) => it === language) ?? settings.locale;
}
