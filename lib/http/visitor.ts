import type { Request } from 'express';

/** Whether a person at a browser waits for a page: HTML is what they asked for by name. */
export const isPerson = ({ headers }: Request): boolean =>
  /\btext\/html\b/i.test(headers.accept ?? '') &&
  !/\bapplication\/json\b/i.test(headers['content-type'] ?? '');

/**
 * Where a visitor is, to come back to: the path and query of a GET, else of the page that the form was on. Parsed and
 * written anew, so that it is of this origin whatever was sent (security.md R-113).
 */
export function pathOf(request: Request): string {
  if (request.method === 'GET' || request.method === 'HEAD') return ownPath(request.originalUrl);
  const { referer, host } = request.headers;
  if (referer === undefined || !URL.canParse(referer) || new URL(referer).host !== host) return '/';
  const { pathname, search } = new URL(referer);
  return ownPath(pathname + search);
}

/** Path and query of this origin, however many slashes it begins with, and whatever host stands before it. */
export function ownPath(url: string): string {
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#\\]*/i, '').replace(/^[/\\]*/, '/');
  const { pathname, search } = new URL(path, 'http://here.invalid');
  return pathname.replace(/^\/+/, '/') + search;
}

/** Whether a form was sent by a program that wants JSON: by its body, or by what it accepts. */
export const sentByProgram = ({ headers }: Request): boolean =>
  /\bapplication\/json\b/i.test(headers['content-type'] ?? '') ||
  (/\bapplication\/json\b/i.test(headers.accept ?? '') &&
    !/\btext\/html\b/i.test(headers.accept ?? ''));
