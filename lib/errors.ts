/** Members beside `error` and `error_description`. */
export type ErrorMembers = Readonly<Record<string, unknown>>;

/** What an `OAuthError` may carry beside code and text. */
export interface OAuthErrorOptions {
  /** Members of the body beside `error` and `error_description`. */
  readonly members?: ErrorMembers;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What went wrong inside; never sent. */
  readonly cause?: unknown;
}

/** An error that a client may know: becomes the JSON body `{ error, error_description, … }`. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly status: number;
  readonly error: string;
  readonly options: OAuthErrorOptions;

  /**
   * @param status - HTTP status
   * @param error - the code that programs switch on
   * @param description - the text that some SDKs compare byte for byte
   */
  constructor(status: number, error: string, description: string, options: OAuthErrorOptions = {}) {
    super(description, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = status;
    this.error = error;
    this.options = options;
  }
}

const seconds = (ms: number) => Math.max(1, Math.ceil(ms / 1000));
const retryAfter = (ms: number) => ({ 'Retry-After': String(seconds(ms)) });

function inWords(ms: number): string {
  const s = seconds(ms);
  if (s < 120) return `${s} second${s === 1 ? '' : 's'}`;
  if (s < 7200) return `${Math.ceil(s / 60)} minutes`;
  return s < 172_800 ? `${Math.ceil(s / 3600)} hours` : `${Math.ceil(s / 86_400)} days`;
}

/** The wire's error catalogue, byte for byte (docs/errors.md; wire.md section 11). */
export const errors = {
  wrongPassword: () => new OAuthError(403, 'invalid_grant', 'Wrong email or password.'),
  mfaRequired: (members: ErrorMembers) =>
    new OAuthError(403, 'mfa_required', 'Multifactor authentication required', { members }),
  wrongOtp: () => new OAuthError(403, 'invalid_grant', 'Invalid otp_code.'),
  wrongBindingCode: () => new OAuthError(403, 'invalid_grant', 'Invalid binding_code.'),
  wrongRecoveryCode: () => new OAuthError(403, 'invalid_grant', 'MFA Authorization rejected.'),
  malformedOobCode: () => new OAuthError(403, 'invalid_grant', 'Malformed oob_code'),
  foreignOobCode: () =>
    new OAuthError(400, 'invalid_request', "The oob_code doesn't match the mfa_token"),
  expiredOobCode: () => new OAuthError(401, 'expired_token', 'oob_code is expired'),
  expiredMfaToken: () => new OAuthError(401, 'expired_token', 'mfa_token is expired'),
  malformedMfaToken: () => new OAuthError(403, 'invalid_grant', 'Malformed mfa_token'),
  foreignMfaToken: () =>
    new OAuthError(400, 'invalid_request', 'mfa_token not issued to this client'),
  invalidBearer: () =>
    new OAuthError(
      401,
      'invalid_grant',
      'The mfa_token provided is invalid. Try getting a new token.',
    ),
  alreadyEnrolled: () => new OAuthError(403, 'access_denied', 'User is already enrolled.'),
  invalidPhoneNumber: () =>
    new OAuthError(400, 'invalid_phone_number', 'The phone number is invalid.'),
  invalidEmail: () => new OAuthError(400, 'invalid_email', 'The email address is invalid.'),
  notEnrolled: () =>
    new OAuthError(
      401,
      'unsupported_challenge_type',
      'User is not enrolled. You can use /mfa/associate endpoint to enroll the first authenticator.',
    ),
  noCommonType: (asked: string, supported: string) =>
    new OAuthError(
      401,
      'unsupported_challenge_type',
      `The user does not support the requested challenge type (${asked}). Supported type: ${supported}.`,
    ),
  unknownAuthenticator: () =>
    new OAuthError(404, 'invalid_authenticator', 'Authenticator not found'),
  noRecoveryCode: () =>
    new OAuthError(403, 'unsupported_challenge_type', 'User does not have a recovery-code.'),
  tooManyGuesses: (ms: number) =>
    new OAuthError(
      429,
      'too_many_attempts',
      `Too many wrong codes. Wait ${inWords(ms)} before trying again.`,
      { headers: retryAfter(ms) },
    ),
  tooManySends: (ms: number) =>
    new OAuthError(
      429,
      'too_many_attempts',
      `Too many messages. Wait ${inWords(ms)} before asking for another.`,
      { headers: retryAfter(ms) },
    ),
  tooManyLogins: (ms: number) =>
    new OAuthError(
      429,
      'too_many_attempts',
      `Your account has been blocked after multiple consecutive login attempts. Wait ${inWords(ms)} before trying again.`,
      { headers: retryAfter(ms) },
    ),
  busy: (ms: number) =>
    new OAuthError(429, 'too_many_requests', 'Rate limit exceeded. Try again shortly.', {
      headers: retryAfter(ms),
    }),
  invalidClient: () => new OAuthError(401, 'invalid_client', 'Client authentication failed'),
  grantNotAllowed: (grantType: string) =>
    new OAuthError(
      403,
      'unauthorized_client',
      `Grant type '${grantType}' not allowed for the client.`,
    ),
  unsupportedGrantType: (grantType: string) =>
    new OAuthError(400, 'unsupported_grant_type', `Unsupported grant type: ${grantType}`),
  insufficientScope: (scope: string) =>
    new OAuthError(403, 'insufficient_scope', `Insufficient scope, expected: ${scope}`),
  missingParameter: (name: string) =>
    new OAuthError(400, 'invalid_request', `Missing required parameter: ${name}`),
  invalidParameter: (name: string, hint: string) =>
    new OAuthError(400, 'invalid_request', `Invalid parameter: ${name} must be ${hint}`),
  invalidRequest: (description: string, status = 400) =>
    new OAuthError(status, 'invalid_request', description),
  factorDisabled: () => new OAuthError(403, 'access_denied', 'The factor is not enabled.'),
  unknownAudience: (audience: string) =>
    new OAuthError(403, 'access_denied', `Service not found: ${audience}`),
  tooManyAuthenticators: () =>
    new OAuthError(403, 'access_denied', 'The maximum number of authenticators is reached.'),
  addressInUse: () =>
    new OAuthError(403, 'access_denied', 'Too many users have this number or address.'),
  notRemovable: () =>
    new OAuthError(400, 'invalid_request', 'This authenticator cannot be removed.'),
  lastAuthenticator: () =>
    new OAuthError(403, 'access_denied', 'The last authenticator cannot be removed.'),
  nothingShows: () =>
    new OAuthError(
      403,
      'access_denied',
      'None of your authenticators can show what is to be confirmed: add a phone or an e-mail address.',
    ),
  messageFailed: (cause: unknown) =>
    new OAuthError(502, 'bad_gateway', 'The message could not be sent. Try again.', { cause }),
  sendingUnavailable: (ms: number, cause?: unknown) =>
    new OAuthError(
      503,
      'temporarily_unavailable',
      'Messages cannot be sent at the moment. Try again later.',
      { headers: retryAfter(ms), cause },
    ),
  storeUnavailable: (cause: unknown) =>
    new OAuthError(503, 'temporarily_unavailable', 'The service cannot answer at the moment.', {
      headers: { 'Retry-After': '5' },
      cause,
    }),
  userBlocked: () => new OAuthError(401, 'unauthorized', 'user is blocked'),
  serverError: (id: string, cause: unknown) =>
    new OAuthError(500, 'server_error', `The server failed to answer. Error id: ${id}`, { cause }),
} as const;

/**
 * What `users.authenticate` throws when the host's own limit on password guesses is reached: the client gets
 * 429 `too_many_attempts` with `Retry-After`.
 *
 * @param retryAfterSeconds - seconds until the next guess is judged
 * @example
 * ```ts
 * throw tooManyAttempts(300)
 * ```
 */
export function tooManyAttempts(retryAfterSeconds: number): OAuthError {
  return errors.tooManyLogins(retryAfterSeconds * 1000);
}

/** A mistake of the host, found at start. `code` is stable; docs/errors.md has a line for each. */
export function configurationError(code: string, path: string, problem: string): TypeError {
  return Object.assign(new TypeError(`${path}: ${problem} (${code})`), { code, path });
}
