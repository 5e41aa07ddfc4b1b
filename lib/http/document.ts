import type { ServerResponse } from 'node:http';
import { closeUnread } from './respond.js';

/** A small page of our own, without any of the host's looks. */
export interface Document {
  readonly status: number;
  readonly title: string;
  /** HTML, escaped already. */
  readonly body: string;
  readonly script?: { readonly nonce: string; readonly text: string } | undefined;
  /** The origin that may show it in a frame or open it in a window; none when left out. */
  readonly shownBy?: string | undefined;
}

/** Text in HTML, also in an attribute (security.md R-115). */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** JSON in a script: nothing in it ends the script or a line. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Sends it with the headers of R-114: nothing from elsewhere, kept by nobody, in no frame but where it has to be. */
export function sendDocument(response: ServerResponse, page: Document): void {
  if (response.headersSent || response.destroyed) return;
  const { status, title, body, script, shownBy } = page;
  const html =
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width">' +
    `<title>${escapeHtml(title)}</title></head><body>${body}${scriptTag(script)}</body></html>`;
  response.statusCode = status;
  for (const [name, value] of Object.entries(privateHeaders)) response.setHeader(name, value);
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Content-Security-Policy', policy(script?.nonce, shownBy));
  if (shownBy === undefined) response.setHeader('X-Frame-Options', 'DENY');
  else allowWindow(response);
  response.setHeader('Content-Length', Buffer.byteLength(html));
  closeUnread(response);
  response.end(html);
}

/** Of everything that has a code or a state in it. */
const privateHeaders = {
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** 303: also after a form, the next request is a GET. */
export function sendRedirect(response: ServerResponse, location: string): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = 303;
  for (const [name, value] of Object.entries(privateHeaders)) response.setHeader(name, value);
  response.setHeader('Location', location);
  response.setHeader('Content-Length', 0);
  closeUnread(response);
  response.end();
}

const scriptTag = (script: Document['script']): string =>
  script ? `<script nonce="${script.nonce}">${script.text}</script>` : '';

/** No `form-action`: browsers hold the redirects of the app behind its callback to it too. */
const policy = (nonce: string | undefined, shownBy: string | undefined): string =>
  [
    "default-src 'none'",
    ...(nonce === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
    "base-uri 'none'",
    `frame-ancestors ${shownBy ?? "'none'"}`,
  ].join('; ');

/** Headers that the host sets for its own pages would cut the page off from the window that waits for it. */
function allowWindow(response: ServerResponse): void {
  response.removeHeader('X-Frame-Options');
  response.setHeader('Cross-Origin-Opener-Policy', 'unsafe-none');
}
