import { OAuthError } from '../../errors.js';

const invalid = (description: string) => new OAuthError(400, 'invalid_request', description);

/** What `/authorize` and the endpoints around it answer beside the catalogue of the wire (docs/errors.md). */
export const authorizationErrors = {
  unknownClient: (id: string) => invalid(`Unknown client: ${id}`),
  redirectMismatch: () =>
    invalid('Callback URL mismatch. The redirect_uri is not in the list of the client.'),
  webMessageOrigin: () =>
    invalid(
      'Callback URL mismatch. With response_mode web_message, the origin of the redirect_uri has to be a web origin of the client.',
    ),
  logoutMismatch: () =>
    invalid('The URL to return to after the logout is not in the list of the client.'),
  invalidIdTokenHint: () => invalid('Invalid parameter: id_token_hint must be an id_token of ours'),
  tooLong: () => invalid('The request is longer than 4096 characters'),
  tooMuch: () => invalid('The scope, the audience and the nonce are too long together'),
  unsupportedResponseType: (type: string) =>
    new OAuthError(400, 'unsupported_response_type', `Unsupported response type: ${type}`),
  requestObject: () =>
    new OAuthError(400, 'request_not_supported', 'Request objects are not supported'),
  requestUri: () =>
    new OAuthError(400, 'request_uri_not_supported', 'Request objects are not supported'),
  registration: () =>
    new OAuthError(400, 'registration_not_supported', 'Registration in a request is not supported'),
  loginRequired: () => new OAuthError(400, 'login_required', 'Login required'),
  /** SDKs compare the text before they open a window for the second factor (wire.md section 9). */
  factorRequired: () =>
    new OAuthError(400, 'login_required', 'Multifactor authentication required'),
  invalidCode: () => new OAuthError(403, 'invalid_grant', 'Invalid authorization code'),
  wrongVerifier: () => new OAuthError(403, 'invalid_grant', 'Failed to verify code verifier'),
  invalidRefreshToken: () =>
    new OAuthError(403, 'invalid_grant', 'Unknown or invalid refresh token.'),
  refreshUserGone: () =>
    new OAuthError(
      403,
      'invalid_grant',
      "The refresh_token was generated for a user who doesn't exist anymore.",
    ),
  foreignRefreshToken: () => invalid('The refresh token was issued to another client'),
  unsupportedTokenType: () =>
    new OAuthError(
      400,
      'unsupported_token_type',
      'Access tokens cannot be revoked, they end by themselves',
    ),
  /** RFC 6750 section 3: here the header is part of the answer, and no SDK reads the body instead. */
  invalidToken: () =>
    new OAuthError(401, 'invalid_token', 'The access token is invalid, expired or revoked', {
      headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
    }),
} as const;
