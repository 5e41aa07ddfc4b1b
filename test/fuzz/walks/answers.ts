// What has to come back: a status and an error, or a success and what follows from it.
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export type Outcome =
  | { readonly status: number; readonly error: string }
  | { readonly status: number; readonly after: (body: Readonly<Record<string, unknown>>) => void };

const refusal = (status: number, error: string) => ({ status, error });

export const MALFORMED = refusal(403, 'invalid_grant');
export const WRONG = refusal(403, 'invalid_grant');
export const EXPIRED = refusal(401, 'expired_token');
export const FOREIGN = refusal(400, 'invalid_request');
export const NO_BEARER = refusal(401, 'invalid_grant');
export const UNSUPPORTED = refusal(401, 'unsupported_challenge_type');
export const NO_RECOVERY = refusal(403, 'unsupported_challenge_type');
export const DENIED = refusal(403, 'access_denied');
export const TOO_MANY = refusal(429, 'too_many_attempts');
export const NOT_FOUND = refusal(404, 'invalid_authenticator');
export const BAD = refusal(400, 'invalid_request');
