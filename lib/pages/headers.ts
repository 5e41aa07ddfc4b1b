import type { ServerResponse } from 'node:http';

/**
 * Headers of every page (security.md R-114): nothing but what the page itself brings, in no frame, kept by nobody.
 *
 * @param targets - origins that a form may end at after redirects, beside this one: browsers hold redirects to
 *   `form-action` too
 */
export function pageHeaders(
  response: ServerResponse,
  nonce: string,
  targets: readonly string[] = [],
): void {
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "img-src 'self' data:",
    `form-action ${["'self'", ...targets].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
