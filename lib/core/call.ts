import type { Client, RequestInfo } from '../ports/index.js';
import type { Params } from './params.js';

/** One request as the endpoints and grants see it: no Express, nothing unread. */
export interface Call {
  readonly params: Params;
  /** The `Authorization` header. */
  readonly authorization: string | undefined;
  /** Decoded value of `:id` in the path. */
  readonly pathId: string | undefined;
  /** The `Origin` header of a browser. */
  readonly origin: string | undefined;
  /** The mark of a known device that came along, not checked yet. */
  readonly device?: string | undefined;
  readonly request: RequestInfo;
  /** The client that was identified, for CORS: its origins alone may read the answer. */
  client?: Client | undefined;
}

/** What is answered; 204 has no body. */
export interface Answer {
  readonly status: 200 | 204;
  readonly body?: unknown;
  /** Public and the same for everyone: may be kept for five minutes. Default: `no-store`. */
  readonly cacheable?: boolean;
  /** The mark that the device is known by from now on. */
  readonly device?: string | undefined;
}
