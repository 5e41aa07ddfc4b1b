export { type OobOptions, oob } from './authenticators/oob.js';
export { type OtpOptions, otp } from './authenticators/otp.js';
export { recoveryCode } from './authenticators/recovery-code.js';
export type {
  Channel,
  ChannelOptions,
  Destination,
  MessageWords,
  SenderLike,
} from './channels/channel.js';
export { email } from './channels/email.js';
export type { PhoneChannelOptions } from './channels/phone.js';
export { sms } from './channels/sms.js';
export { voice } from './channels/voice.js';
export type { AuthenticatorType, Reach } from './core/authenticator-type.js';
export type { Switch, Switches } from './core/fleet/switches.js';
export type { GuessBound } from './core/guesses/guess-bound.js';
export type { Locale } from './core/locale.js';
export type { MfaCallbacks, PolicyAnswer, PolicyCallback } from './core/login/policy.js';
export type { Mfa } from './core/mfa.js';
export type { ActionValues } from './core/session/action.js';
export type { KeyRing, MfaKeys, NamedSecret, SigningKey } from './crypto/keys.js';
export {
  type ErrorMembers,
  OAuthError,
  type OAuthErrorOptions,
  tooManyAttempts,
} from './errors.js';
export type { Auth } from './http/auth.js';
export { type AuthorizeOptions, authorizeRouter } from './http/authorize-router.js';
export { discoveryRouter } from './http/discovery-router.js';
export type { PageProblem, RenderError } from './http/error-page.js';
export type { GuardOptions } from './http/guard-options.js';
export { hardenServer, type ServerLimits, serverOptions } from './http/harden-server.js';
export { mfaRouter } from './http/mfa-router.js';
export { requireMfa } from './http/require-mfa.js';
export { oauthRouter } from './http/token-router.js';
export { type ImportedFactor, importAuthenticators } from './import-authenticators.js';
export { createMfa } from './mfa.js';
export type { Api, GuessLimits, Lifetimes, MfaOptions, SendLimits } from './options.js';
export type {
  Account,
  AuditEntry,
  AuditRecord,
  Authenticator,
  AuthenticatorStatus,
  BoundAction,
  Changes,
  Client,
  Clients,
  Clock,
  Delivery,
  EventMembers,
  EventName,
  FirstFactor,
  FirstProof,
  GuessLane,
  Loaded,
  LoadKeys,
  LoginTransaction,
  LoginUse,
  Message,
  MfaEvent,
  NoticeSubject,
  OnEvent,
  Random,
  RequestContext,
  RequestInfo,
  Reservation,
  Sender,
  Store,
  StoreHealth,
  Stores,
  TokenEndpointAuthMethod,
  TrustedDevice,
  UnansweredMessage,
  User,
  Users,
  Window,
} from './ports/index.js';
export { SenderError, type SenderFailure } from './ports/sender-error.js';
export { type RewrapOptions, type RewrapResult, rewrap } from './rewrap.js';
export { generateKeys } from './setup/generate-keys.js';
