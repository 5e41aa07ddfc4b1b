import express, { type RequestHandler, type Response } from 'express';

const MOST = 16 * 1024;

/** Express's parsers read a body to its end before they say that it is too large: 10 MB, or 15 seconds of it. */
const bounded: RequestHandler = (request, response, next) => {
  if (Number(request.headers['content-length'] ?? 0) > MOST) return refuse(response);
  let read = 0;
  const count = (chunk: Buffer) => {
    read += chunk.length;
    if (read > MOST) refuse(response);
  };
  // The parsers behind this listen in the same turn, so they miss nothing.
  if (request.headers['transfer-encoding'] !== undefined) request.on('data', count);
  next();
};

function refuse(response: Response): void {
  if (response.headersSent) return;
  const error_description = 'The request is too large.';
  response
    .status(413)
    .set('Cache-Control', 'no-store')
    .json({ error: 'invalid_request', error_description });
}

/** Forms and JSON of at most 16 KB; the parsers of this app's own routes. */
export const formBody: RequestHandler[] = [
  bounded,
  express.urlencoded({ extended: false, limit: MOST }),
  express.json({ limit: MOST }),
];

/** Time to read the answer, which a connection that breaks would take along, and for the rest of a small body. */
const REST_MS = 100;

/** What was not read when the answer went out is not read later either. */
export const closeUnread: RequestHandler = (request, response, next) => {
  const close = () => {
    if (!request.complete) request.destroy();
  };
  response.once('finish', () => {
    if (!request.complete) setTimeout(close, REST_MS).unref();
  });
  next();
};
