import type { Request, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import { OAuthError } from '../errors.js';
import { stateOf } from '../http/browser-session.js';
import { sendRedirect } from '../http/document.js';
import { closeUnread } from '../http/respond.js';
import { logId } from '../ports/index.js';
import { explain } from './explain.js';
import { formTargets } from './form-targets.js';
import { pageHeaders } from './headers.js';
import type { Texts } from './locales/en.js';
import { answeredAs, type Page } from './page.js';
import type { Site } from './site.js';
import { renderView } from './views/render.js';

interface Answering {
  readonly mfa: Mfa;
  readonly site: Site;
  readonly texts: Texts;
  readonly request: Request;
}

/** Sends a page, or the visitor to another one. */
export async function answerPage(
  { mfa, site, texts, request }: Answering,
  response: Response,
  page: Page,
): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  if ('to' in page) return sendRedirect(response, page.to);
  const { view, status = 200, headers = {} } = page;
  const nonce = mfa.random.bytes(16).toString('base64url');
  const own = await site.render?.(view, { texts, nonce, request });
  const html = own ?? renderView(view, { texts, nonce, site });
  response.statusCode = status;
  // An error has no form, and is shown also where clients cannot be asked for.
  const targets = view.page === 'error' ? [] : await formTargets(mfa, site, request, stateOf);
  pageHeaders(response, nonce, targets);
  response.setHeader('Content-Language', texts.lang);
  response.setHeader('Vary', 'Accept-Language');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  closeUnread(response);
  response.end(html);
}

const OWN_WORDS = /^(method_not_allowed|forged_form)$/;

/** A word on what went wrong, and the way on; never what is inside (security.md R-141). */
export function errorPage(
  mfa: Mfa,
  { site, texts }: { readonly site: Site; readonly texts: Texts },
  error: unknown,
): Page {
  const { errors } = texts;
  const again = { href: site.paths.login, label: errors.loginAgain };
  if (!(error instanceof OAuthError)) {
    const errorId = logId();
    mfa.emit({ event: 'server_error', errorId, cause: error });
    return { view: { page: 'error', text: errors.server(errorId), next: again }, status: 500 };
  }
  const text = OWN_WORDS.test(error.error) ? error.message : explain(texts, error);
  return { view: { page: 'error', text, next: again }, ...answeredAs(error) };
}
