import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { configurationError } from '../errors.js';

/** How long a client may take, and how much it may say before its body (security.md D33). */
export interface ServerLimits {
  /** Milliseconds until all headers are there. */
  readonly headersTimeout: number;
  /** Milliseconds until the whole request is there, its headers included. */
  readonly requestTimeout: number;
  /** Milliseconds between two looks at the open connections: what a timeout may be late by. */
  readonly connectionsCheckingInterval: number;
  /** Bytes of all headers together. */
  readonly maxHeaderSize: number;
}

/**
 * What to give to `http.createServer` or `https.createServer`: headers in 10 seconds, the whole request in 15,
 * looked after once a second, and 16 KB of headers. Node's own limits are 60 and 300 seconds, looked after twice a
 * minute (security.md D33).
 *
 * @example
 * ```ts
 * createServer(serverOptions, app).listen(3000)
 * ```
 */
export const serverOptions: ServerLimits = Object.freeze({
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16_384,
});

/**
 * Sets the limits of `serverOptions` on a server that exists: connections whose headers or body drip in are closed with
 * 408. Call it before `listen()`, or right after it in the same turn of the event loop: Node reads the interval of its
 * checks once, when it begins to listen. The timeouts hold whenever they are set, at the interval that the server has.
 *
 * @param limits - stricter or laxer ones, in milliseconds and bytes
 * @returns the server
 * @throws TypeError `ERR_MFA_SERVER` when it is no http or https server
 * @example
 * ```ts
 * hardenServer(app.listen(3000))
 * ```
 */
export function hardenServer<T extends Server | TlsServer>(
  server: T,
  limits: Partial<ServerLimits> = {},
): T {
  if (typeof server?.headersTimeout !== 'number') {
    const problem = 'pass an http or https server, for example what app.listen() returned';
    throw configurationError('ERR_MFA_SERVER', 'hardenServer(server)', problem);
  }
  return Object.assign(server, serverOptions, limits);
}
