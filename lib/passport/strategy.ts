import { OAuthError } from '../errors.js';
import type { Request } from '../http/express-types.js';

/** What Passport puts on a strategy for each request. */
export interface Outcome {
  success(user: object, info?: object): void;
  fail(challenge?: Refusal | string | number, status?: number): void;
  error(error: unknown): void;
}

/** Why a strategy refused: for `failureMessage`, or for `info` of a callback. */
export interface Refusal {
  readonly message: string;
  /** The code of the wire's error. */
  readonly code: string;
  /** Seconds until the next try is judged. */
  readonly retryAfter?: number | undefined;
}

/** What passed. */
export interface Success {
  readonly user: object;
  readonly info: object;
}

/**
 * Runs one judgement for Passport. What it calls at the end is taken here, before anything is awaited: Passport makes the
 * strategy anew for each request, and one that is asked for later could be another request's.
 */
export function run(
  { success, fail, error }: Outcome,
  { res: response }: Request,
  judge: () => Promise<Success>,
): void {
  judge().then(
    ({ user, info }) => success(user, info),
    (cause: unknown) => {
      if (!(cause instanceof OAuthError) || cause.status >= 500) return error(cause);
      const { status, error: code, message, options } = cause;
      const header = options.headers?.['Retry-After'];
      if (header !== undefined) response?.setHeader('Retry-After', header);
      const retryAfter = header === undefined ? undefined : Number(header);
      fail({ message, code, retryAfter }, status);
    },
  );
}
