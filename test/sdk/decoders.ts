// What every SDK of wire.md section 14.1 decodes, in the notation of decode.ts, in our words. Where a language lets
// everything be absent (Go, Java, .NET), the members that the SDK hands on to its caller are required all the same:
// an SDK must find each member that it decodes.
import type { Decoders } from './decode.js';

/**
 * Auth0.swift 3.1.0 (850e1a2): Auth0/MFA/{Authenticator,MFAChallenge,MFAEnrollmentChallenge,OTPMFAEnrollmentChallenge}
 * .swift, Credentials.swift, MFARequiredErrorPayload.swift, AuthenticationError.swift, JWKS.swift. Codable: a missing
 * or null non-optional fails. `error` is read before `code`, `description` before `error_description`. The list is
 * filtered by `type`. ID tokens are verified by `kid`.
 */
const swift: Decoders = {
  'otp enrollment':
    'authenticator_type:string secret:string barcode_uri:string recovery_codes?:strings',
  'oob enrollment':
    'authenticator_type:string binding_method:string oob_channel:string oob_code:string recovery_codes?:strings',
  'oob challenge': 'challenge_type:string oob_code:string binding_method?:string',
  'list item':
    'id:string authenticator_type:string active:boolean type:string oob_channel?:string name?:string',
  tokens:
    'access_token:string token_type:string id_token:string expires_in:int refresh_token?:string scope?:string recovery_code?:string',
  mfa_required:
    'error:string error_description:string mfa_token:string mfa_requirements?:requirements',
  error: 'error:string error_description:string !code !description',
  JWK: 'kty:string kid:string use?:string alg?:string x5u?:string x5t?:string x5c?:strings n?:string e?:string',
};

/**
 * Auth0.Android 3.18.0 (5b86b71): result/{EnrollmentChallenge,Challenge,Authenticator,MfaRequirements,Credentials}.kt,
 * request/internal/CredentialsDeserializer.kt, authentication/AuthenticationException.kt. The class of an enrollment is
 * chosen by the first of barcode_uri, recovery_code, oob_code that is there; id_token and expires_in are non-null; an
 * `error` wins over a `code`, a `description` over `error_description`. `auth_session` belongs to another API.
 */
const android: Decoders = {
  'otp enrollment': 'id:string barcode_uri:string manual_input_code:string',
  'oob enrollment': 'id:string oob_code:string binding_method:string !barcode_uri !recovery_code',
  'otp challenge': 'challenge_type:string oob_code?:string binding_method?:string',
  'oob challenge': 'challenge_type:string oob_code:string binding_method:string',
  'list item':
    'id:string type:string authenticator_type:string active:boolean oob_channel?:string name?:string created_at?:date last_auth?:date',
  tokens:
    'id_token:string access_token:string token_type:string expires_in:int scope?:string refresh_token?:string recovery_code?:string !expires_at',
  mfa_required:
    'error:string error_description:string mfa_token:string mfa_requirements?:requirements !description',
  error: 'error:string error_description:string !code !description !name',
};

/**
 * go-auth0 3.1.0 (d5be753): authentication/mfa/mfa.go, authentication/oauth/oauth.go,
 * authentication/authentication_error.go. encoding/json: absent is a zero value, another type fails. `oob_channels`
 * is a string there, so an array must never come; `code` and `description` override.
 */
const go: Decoders = {
  'otp enrollment':
    'authenticator_type:string secret:string barcode_uri:string recovery_codes?:strings !oob_channels',
  'oob enrollment':
    'authenticator_type:string oob_channel:string oob_code:string binding_method:string recovery_codes?:strings !oob_channels',
  'otp challenge': 'challenge_type:string oob_code?:string binding_method?:string',
  'oob challenge': 'challenge_type:string oob_code:string binding_method:string',
  'list item':
    'id:string authenticator_type:string active:boolean oob_channel?:string name?:string !oob_channels',
  tokens:
    'access_token:string expires_in:int token_type:string id_token?:string scope?:string refresh_token?:string recovery_code?:string',
  mfa_required:
    'error:string error_description:string mfa_token:string !code !description !statusCode',
  error: 'error:string error_description:string mfa_token?:string !code !description !statusCode',
};

/**
 * auth0-java 5.0.0 (7aa33c4): json/auth/{CreatedOtpResponse,CreatedOobResponse,MfaChallengeResponse,MfaAuthenticator,
 * TokenHolderDeserializer}.java, exception/APIException.java. Jackson, unknown members ignored; `errorCode` wins.
 */
const java: Decoders = {
  'otp enrollment':
    'authenticator_type:string secret:string barcode_uri:string recovery_codes?:strings',
  'oob enrollment':
    'authenticator_type:string oob_channel:string oob_code:string barcode_uri?:string recovery_codes?:strings',
  'otp challenge': 'challenge_type:string oob_code?:string binding_method?:string',
  'oob challenge': 'challenge_type:string oob_code:string binding_method:string',
  'list item':
    'id:string authenticator_type:string active:boolean oob_channel?:string name?:string',
  tokens:
    'access_token:string token_type:string expires_in:int id_token?:string scope?:string refresh_token?:string',
  mfa_required: 'error:string error_description:string mfa_token:string !errorCode',
  error: 'error:string error_description:string !errorCode',
};

/**
 * auth0.net 7.49.0 (682ea3b): Models/Mfa/*.cs, Models/{TokenBase,AccessTokenResponse}.cs,
 * Auth0.Core/Serialization/ApiErrorConverter.cs. System.Text.Json: absent is null, another type throws; names match in
 * any case. `name`, `code`, `description`, `message` of an error stand for others; the rest goes to ExtraData.
 */
const dotnet: Decoders = {
  'otp enrollment':
    'authenticator_type:string secret:string barcode_uri:string recovery_codes?:strings',
  'oob enrollment':
    'authenticator_type:string oob_channel:string oob_code:string binding_method:string recovery_codes?:strings',
  'otp challenge': 'challenge_type:string oob_code?:string binding_method?:string',
  'oob challenge': 'challenge_type:string oob_code:string binding_method:string',
  'list item':
    'id:string authenticator_type:string active:boolean oob_channel?:string name?:string',
  tokens:
    'access_token:string token_type:string expires_in:int id_token?:string refresh_token?:string scope?:string recovery_code?:string !error !error_description !Headers',
  mfa_required: 'error:string error_description:string mfa_token:string !code !name !message',
  error: 'error:string error_description:string !code !name !description !message !extraData',
};

/**
 * auth0-server-python 1.0.0b14 (75920ab): auth_types/__init__.py, auth_server/mfa_client.py. Pydantic: Literals and
 * missing required members raise.
 */
const python: Decoders = {
  'otp enrollment':
    'authenticator_type:otp secret:string barcode_uri:string recovery_codes?:strings id?:string',
  'oob enrollment':
    'authenticator_type:oob oob_channel:channel oob_code:string barcode_uri?:string binding_method:string recovery_codes?:strings id?:string',
  'otp challenge': 'challenge_type:string oob_code?:string binding_method?:string expires_in?:int',
  'oob challenge': 'challenge_type:string oob_code:string binding_method:string expires_in:int',
  'list item':
    'id:string authenticator_type:string active:boolean name?:string oob_channel?:channel type:string phone_number?:string created_at?:string last_auth?:string',
  tokens:
    'access_token:string token_type:string expires_in:int id_token?:string refresh_token?:string scope?:string audience?:string recovery_code?:string',
  mfa_required:
    'error:string error_description:string mfa_token:string mfa_requirements?:requirements',
  error: 'error:string error_description:string',
};

/**
 * @auth0/auth0-auth-js 1.16.0: src/mfa/{types,utils,errors}.ts, as published. @auth0/auth0-spa-js 2.28.3 (src/mfa/
 * types.ts, src/global.ts) stands upon it and needs an id_token; react-native-auth0 5.11.0 (b45a074, web) upon that.
 */
const authJs: Decoders = {
  'otp enrollment':
    'authenticator_type:otp secret:string barcode_uri:string recovery_codes?:strings id:string',
  'oob enrollment':
    'authenticator_type:oob oob_channel:channel oob_code:string binding_method:string recovery_codes?:strings id:string barcode_uri?:string',
  'otp challenge': 'challenge_type:otp !oob_code !binding_method',
  'oob challenge': 'challenge_type:oob oob_code:string binding_method:string',
  'list item':
    'id:string authenticator_type:kind active:boolean name?:string type:string !oob_channels',
  tokens:
    'access_token:string token_type:string expires_in:int id_token?:string refresh_token?:string scope?:string recovery_code?:string',
  mfa_required:
    'error:string error_description:string mfa_token:string mfa_requirements?:requirements',
  error: 'error:string error_description:string !message',
};
const spaJs: Decoders = {
  ...authJs,
  tokens:
    'id_token:string access_token:string token_type:string expires_in:int refresh_token?:string scope?:string recovery_code?:string !error !error_description',
};

/** @auth0/nextjs-auth0 4.30.0: types/mfa.d.ts and utils/mfa-transform-utils.js, as published. */
const nextjs: Decoders = {
  'otp enrollment':
    'authenticator_type:otp id:string secret:string barcode_uri:string recovery_codes?:strings',
  'oob enrollment':
    'authenticator_type:oob id:string oob_channel:channel oob_code:string binding_method:string name?:string barcode_uri?:string recovery_codes?:strings',
  'otp challenge': 'challenge_type:string oob_code?:string binding_method?:string',
  'oob challenge': 'challenge_type:string oob_code:string binding_method:string',
  'list item':
    'id:string authenticator_type:string type:string active:boolean name?:string phone_number?:string oob_channel?:string created_at?:string last_auth?:string',
  tokens:
    'access_token:string token_type:string expires_in:int id_token?:string refresh_token?:string scope?:string audience?:string recovery_code?:string',
  mfa_required:
    'error:string error_description:string mfa_token:string mfa_requirements?:requirements',
  error: 'error:string error_description:string',
};

export const sdks: Readonly<Record<string, Decoders>> = {
  'Auth0.swift': swift,
  'Auth0.Android': android,
  'go-auth0': go,
  'auth0-java': java,
  'auth0.net': dotnet,
  'auth0-server-python': python,
  'auth0-auth-js': authJs,
  'auth0-spa-js': spaJs,
  'nextjs-auth0': nextjs,
};
