import type { Request, Response } from 'express';
import type { Mfa } from '../core/mfa.js';
import type { OAuthError } from '../errors.js';
import { escapeHtml, sendDocument } from './document.js';
import { asOAuthError } from './serve.js';

/** What a person is told when there is no app to tell it to. */
export interface PageProblem {
  readonly status: number;
  /** `invalid_request` and the like. */
  readonly error: string;
  /** For developers, in English. */
  readonly description: string;
}

/** Shows a problem in the host's own look; has to answer the request. */
export type RenderError = (problem: PageProblem, request: Request, response: Response) => unknown;

/** Shows what went wrong, and what to do next; never sends anybody anywhere. */
export async function showError(
  mfa: Mfa,
  renderError: RenderError | undefined,
  { error, request, response }: { error: unknown; request: Request; response: Response },
): Promise<void> {
  const known = asOAuthError(mfa, error);
  if (response.headersSent) return;
  for (const [name, value] of Object.entries(known.options.headers ?? {})) {
    if (name !== 'WWW-Authenticate') response.setHeader(name, value);
  }
  const problem = { status: known.status, error: known.error, description: known.message };
  try {
    if (renderError) await renderError(problem, request, response);
    else plain(response, problem);
  } catch (cause) {
    plain(response, problemOf(asOAuthError(mfa, cause)));
  }
}

const problemOf = ({ status, error, message }: OAuthError): PageProblem => ({
  status,
  error,
  description: message,
});

const plain = (response: Response, { status, error, description }: PageProblem): void =>
  sendDocument(response, {
    status,
    title: 'Something went wrong',
    body:
      '<main><h1>Something went wrong</h1>' +
      '<p>The app that sent you here asked for something that does not work. ' +
      'Go back to it and try again; if that does not help, tell the people who run it:</p>' +
      `<p><code>${escapeHtml(error)}</code>: ${escapeHtml(description)}</p></main>`,
  });
