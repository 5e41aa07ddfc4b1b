import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../core/call.js';
import type { OAuthError } from '../errors.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Writes an answer; nothing here is ever cached by anyone, unless it is public (RFC 6749 section 5.1). */
export function respond(response: ServerResponse, { status, body, cacheable }: Answer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  write(response, status, text, cacheable ? { 'Cache-Control': 'public, max-age=300' } : {});
}

/** Writes an error. After a body that was not read to its end the connection is closed. */
export function respondError(
  request: IncomingMessage,
  response: ServerResponse,
  { status, error, message, options }: OAuthError,
): void {
  const text = JSON.stringify({ error, error_description: message, ...options.members });
  const unread = !request.complete;
  const headers = { ...options.headers, ...(unread && { Connection: 'close' }) };
  write(response, status, text, headers);
  if (unread) response.once('finish', () => request.destroy());
}

function write(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  if (text !== '') response.setHeader('Content-Type', JSON_TYPE);
  response.setHeader('Cache-Control', 'no-store');
  if (!headers['Cache-Control']) response.setHeader('Pragma', 'no-cache');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204) response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
