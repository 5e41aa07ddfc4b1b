import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../core/call.js';
import type { OAuthError } from '../errors.js';

const JSON_TYPE = 'application/json; charset=utf-8';

type Headers = Readonly<Record<string, string>>;

/** Writes an answer; nothing here is ever kept by anyone, unless it is public (RFC 6749 section 5.1). */
export function respond(response: ServerResponse, { status, body, cacheable }: Answer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  write(response, status, text, cacheable ? { 'Cache-Control': 'public, max-age=300' } : {});
}

/** Writes an error: a flat object and nothing that an SDK could take for something else (wire.md 1.6). */
export function respondError(response: ServerResponse, refusal: OAuthError): void {
  const { status, error, message, options } = refusal;
  const text = JSON.stringify({ error, error_description: message, ...options.members });
  write(response, status, text, options.headers ?? {});
}

function write(response: ServerResponse, status: number, text: string, headers: Headers): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  if (text !== '') response.setHeader('Content-Type', JSON_TYPE);
  response.setHeader('Cache-Control', 'no-store');
  if (!headers['Cache-Control']) response.setHeader('Pragma', 'no-cache');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(text));
  closeUnread(response);
  response.end(text);
}

const hasUnreadBody = ({ complete, headers }: IncomingMessage): boolean =>
  !complete &&
  (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);

/** What was not read is not read later either (security.md D32). */
export function closeUnread(response: ServerResponse): void {
  if (!hasUnreadBody(response.req)) return;
  response.setHeader('Connection', 'close');
  response.once('finish', () => response.req.destroy());
}
