import type { Request } from 'express';
import type { Mfa } from '../core/mfa.js';
import { configurationError } from '../errors.js';
import { de } from './locales/de.js';
import { en, type Texts } from './locales/en.js';
import type { PagesOptions, TextChanges } from './options.js';

/** The options of the pages, with their defaults. */
export interface Site {
  readonly paths: {
    readonly login: string;
    readonly mfa: string;
    readonly security: string;
    readonly authorize: string;
  };
  readonly loginPage: boolean;
  readonly returnTo: readonly string[];
  readonly home: string;
  readonly brand: {
    readonly name: string;
    readonly logo: { readonly src: string; readonly alt: string } | undefined;
    readonly accent: string;
    readonly accentDark: string;
  };
  readonly render: PagesOptions['render'];
  /** What is spoken where nothing else is known. */
  readonly english: Texts;
  /** Throws what the host throws. */
  textsFor(request: Request): Texts;
}

const ACCENT = { light: '#0b5cad', dark: '#8ec5ff' };

const KNOWN = 'paths loginPage returnTo home brand texts language render'.split(' ');

/** @throws TypeError `ERR_MFA_PAGES` with the option that is wrong */
export function resolveSite(mfa: Mfa, options: PagesOptions): Site {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) refuse(unknown, `is not an option; there are ${KNOWN.join(', ')}`);
  const { paths = {}, brand = {}, loginPage = true, home = '/' } = options;
  const resolved = {
    login: path('paths.login', paths.login ?? '/login'),
    mfa: path('paths.mfa', paths.mfa ?? '/login/mfa'),
    security: path('paths.security', paths.security ?? '/account/security'),
    authorize: path('paths.authorize', paths.authorize ?? '/authorize'),
  };
  return {
    paths: resolved,
    loginPage,
    home: path('home', home),
    returnTo: [
      home,
      resolved.security,
      `${resolved.security}/*`,
      resolved.authorize,
      ...(options.returnTo ?? []).map((it) => path('returnTo', it)),
    ],
    brand: {
      name: brand.name ?? new URL(mfa.issuer).hostname,
      logo: logo(brand.logo),
      accent: colour('brand.accent', brand.accent ?? ACCENT.light),
      accentDark: colour('brand.accentDark', brand.accentDark ?? ACCENT.dark),
    },
    render: options.render,
    ...languages(options),
  };
}

function refuse(option: string, problem: string): never {
  throw configurationError('ERR_MFA_PAGES', `pagesRouter.${option}`, problem);
}

function path(option: string, value: string): string {
  if (typeof value === 'string' && /^\/(?!\/)[\w\-./~*]*$/.test(value)) return value;
  return refuse(option, 'write a path of this origin, such as /account');
}

function colour(option: string, value: string): string {
  return /^#[0-9a-f]{6}$/i.test(value) ? value : refuse(option, 'write #rrggbb');
}

function logo(value: Site['brand']['logo']): Site['brand']['logo'] {
  if (value === undefined || /^(\/(?!\/)|data:image\/)/.test(value.src)) return value;
  return refuse('brand.logo.src', 'write a path of this origin or a data: URL');
}

function languages({ texts = {}, language }: PagesOptions): Pick<Site, 'english' | 'textsFor'> {
  const english = complete('en', texts['en']);
  const tags = [...new Set(['en', 'de', ...Object.keys(texts)])];
  const known = new Map(tags.map((tag) => [tag, complete(tag, texts[tag])]));
  return {
    english,
    textsFor(request) {
      const found = language?.(request) ?? request.acceptsLanguages(tags);
      return known.get(found === false ? 'en' : found) ?? english;
    },
  };
}

function complete(tag: string, changes: TextChanges = {}): Texts {
  const base: Texts = tag === 'de' ? de : en;
  for (const [part, texts] of Object.entries(changes)) {
    const known: unknown = base[part as keyof Texts];
    if (typeof known !== 'object') refuse(`texts.${tag}.${part}`, 'is no part of the texts');
    const unknown = Object.keys(texts ?? {}).find((it) => !Object.hasOwn(known as object, it));
    if (unknown !== undefined) refuse(`texts.${tag}.${part}.${unknown}`, 'is no text of the pages');
  }
  const parts = Object.entries(base).map(([part, texts]) => {
    if (typeof texts === 'string') return [part, tag];
    return [part, { ...texts, ...(changes[part as keyof Texts] as object | undefined) }];
  });
  return Object.fromEntries(parts) as Texts;
}
