import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { OAuthError } from 'express-mfa';
import { errorMembers, log } from './log.js';
import { problemPage, siteHeaders } from './site-pages.js';

export const notFound: RequestHandler = (request, response) => {
  tell(request, response, new OAuthError(404, 'not_found', 'No such page.'));
};

/**
 * The end of every request that failed: what the library refused as it says, what a parser refused as the sender's
 * mistake, all else as ours. What a parser says quotes the body, passwords too: the log never has it.
 */
export const failed: ErrorRequestHandler = (error, request, response, next) => {
  const refusal = asRefusal(error);
  if (refusal.status >= 500) log('request.failed', errorMembers(error));
  if (response.headersSent) return next(error);
  tell(request, response, refusal);
};

const UNREADABLE = 'The request could not be read. Load the page again and send it from there.';
const BROKEN = 'Something went wrong. Try again.';

function asRefusal(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  const { status } = (error ?? {}) as { readonly status?: unknown };
  const isRefusal = typeof status === 'number' && status >= 400 && status < 500;
  return isRefusal
    ? new OAuthError(status, 'invalid_request', UNREADABLE)
    : new OAuthError(500, 'server_error', BROKEN);
}

/** A page for people, JSON for programs. */
function tell(request: Request, response: Response, refusal: OAuthError): void {
  const { status, error, message, options } = refusal;
  response.status(status).set({ ...options.headers, 'Cache-Control': 'no-store' });
  if (!/\btext\/html\b/.test(request.headers.accept ?? '')) {
    response.json({ error, error_description: message });
    return;
  }
  siteHeaders(request, response, () => response.send(problemPage(message)));
}
