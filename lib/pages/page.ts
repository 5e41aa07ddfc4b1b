import type { Request } from 'express';
import type { Mfa } from '../core/mfa.js';
import type { Params } from '../core/params.js';
import type { OAuthError } from '../errors.js';
import type { BrowserState } from '../http/browser-state.js';
import type { Texts } from './locales/en.js';
import type { Site } from './site.js';
import type { Form, View } from './view.js';

/** One request for a page, read and checked. */
export interface Visit {
  /** With the request's context on its events. */
  readonly mfa: Mfa;
  readonly site: Site;
  readonly request: Request;
  readonly texts: Texts;
  /** Fields of the form; none in a GET. */
  readonly fields: Params;
  /** Parameters of the URL. */
  readonly query: Params;
  /** Where the login returns to, by the URL: checked, a path of this origin that is on the list. */
  readonly returnTo: string | undefined;
  /** What the session holds of ours, as it was when the request came. */
  readonly state: BrowserState;
  /** A form that posts to this path. */
  form(action: string): Form;
  /** Cookies of the answer. */
  setDevice(mark: string): void;
  setTrusted(token: string): void;
}

/** What a visit is answered with. */
export type Page =
  | {
      readonly view: View;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** 303 to this path. */
  | { readonly to: string };

/** Answers one kind of request. Throws an `OAuthError` for what the visitor may know. */
export type Handler = (visit: Visit) => Promise<Page>;

/** Status of a refusal, and what its headers say about the next try. */
export function answeredAs({ status, options: { headers = {} } }: OAuthError) {
  const said = Object.entries(headers).filter(([name]) => /^(Retry-After|Allow)$/i.test(name));
  return { status, headers: Object.fromEntries(said) };
}
