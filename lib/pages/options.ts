import type { Request } from 'express';
import type { Texts } from './locales/en.js';
import type { View } from './view.js';

/** Where the pages are, as paths of this origin. */
export interface PagePaths {
  /** Username and password. Default `/login`. */
  readonly login?: string | undefined;
  /** The second factor, and below it. Default `/login/mfa`. */
  readonly mfa?: string | undefined;
  /** The user's own settings, and below it. Default `/account/security`. */
  readonly security?: string | undefined;
  /** `authorizeRouter`, which sends people here and gets them back. Default `/authorize`. */
  readonly authorize?: string | undefined;
}

/** How the pages look. */
export interface Brand {
  /** Default: the host of the issuer. */
  readonly name?: string | undefined;
  /** An image above each page: a path of this origin, or a `data:` URL. */
  readonly logo?: { readonly src: string; readonly alt: string } | undefined;
  /** `#rrggbb` of buttons and links; choose one that white text can be read on. */
  readonly accent?: string | undefined;
  /** The same where the visitor prefers dark; black text stands on it. */
  readonly accentDark?: string | undefined;
}

/** Texts of one more language, or other words in one that is there. */
export type TextChanges = { readonly [Part in keyof Texts]?: Partial<Texts[Part]> };

/** What a host may change about the pages. */
export interface PagesOptions {
  readonly paths?: PagePaths | undefined;
  /** Whether `paths.login` is a page of ours; false for hosts that have their own. Default true. */
  readonly loginPage?: boolean | undefined;
  /**
   * Paths that a login may return to; `/account/*` allows everything below. Default none but the pages themselves and
   * `/authorize`.
   */
  readonly returnTo?: readonly string[] | undefined;
  /** Where a login ends that came from nowhere. Default `/`. */
  readonly home?: string | undefined;
  readonly brand?: Brand | undefined;
  /** Texts by language tag, over the ones of `en` and `de`; what a new language leaves out is English. */
  readonly texts?: Readonly<Record<string, TextChanges>> | undefined;
  /** Language of a visitor. Default: what the browser asks for, then English. */
  readonly language?: ((request: Request) => string | undefined) | undefined;
  /**
   * The host's own HTML of a view, whole; undefined leaves the view to us. Escape everything in it.
   *
   * @param context.nonce - of the Content-Security-Policy, for `<style nonce>` and `<script nonce>`
   */
  readonly render?:
    | ((
        view: View,
        context: { readonly texts: Texts; readonly nonce: string; readonly request: Request },
      ) => string | undefined | Promise<string | undefined>)
    | undefined;
}
