import type { Asked } from '../../http/asked.js';
import { changeState } from '../../http/browser-session.js';
import type { BrowserState } from '../../http/browser-state.js';
import type { Visit } from '../page.js';
import type { Way } from '../view.js';

/** An enrollment that waits for its first code. */
export interface Enrolling {
  /** Id of the pending authenticator in the store. */
  readonly authenticatorId: string;
  readonly type: string;
  readonly way: Way;
  readonly name?: string | undefined;
  readonly digits: number;
  readonly handle?: string | undefined;
  /** What the visitor typed, sealed: to send the code once more. */
  readonly typed: string;
  /** Key and address of an authenticator app, sealed. */
  readonly setup?: string | undefined;
}

/** What a page did, for a word on the next one. */
export type Notice = 'added' | 'removed' | 'forgotten';

/** What the pages remember in the session. */
export interface PageState {
  readonly asked?: Asked | undefined;
  readonly enrolling?: Enrolling | undefined;
  /** The recovery code that becomes active with the first enrollment of this login, sealed. */
  readonly recovery?: string | undefined;
  /** A recovery code that has not been shown yet, sealed, and where the visitor goes on from there. */
  readonly show?: { readonly code: string; readonly next: string } | undefined;
  readonly notice?: Notice | undefined;
}

export const pageStateOf = ({ page }: Pick<BrowserState, 'page'>): PageState =>
  (page ?? {}) as PageState;

/** Replaces what is remembered. */
export const remember = ({ request }: Pick<Visit, 'request'>, page: PageState): Promise<void> =>
  changeState(request, { page: page as BrowserState['page'] });

type Secret = 'setup' | 'recovery' | 'typed';

export const sealed = ({ mfa }: Pick<Visit, 'mfa'>, what: Secret, plain: string): string =>
  mfa.seal.seal(plain, ['page', what]);

export const opened = ({ mfa }: Pick<Visit, 'mfa'>, what: Secret, text: string): string =>
  mfa.seal.open(text, ['page', what]);
