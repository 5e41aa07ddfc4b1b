import type { AuthenticatorType } from './core/authenticator-type.js';
import type { Locale } from './core/locale.js';
import type { MfaCallbacks, PolicyCallback } from './core/login/policy.js';
import type { MfaKeys } from './crypto/keys.js';
import type { Clients, Clock, OnEvent, Random, Sender, Stores, Users } from './ports/index.js';

/** An API that access tokens may be asked for. */
export interface Api {
  /** The `audience` of the request and the `aud` of the token. */
  readonly audience: string;
  /** Scopes that may be granted for it. */
  readonly scopes: readonly string[];
  /** Seconds; default `lifetimes.accessToken`. */
  readonly accessTokenLifetime?: number | undefined;
}

/** Lifetimes in seconds. */
export interface Lifetimes {
  /** `mfa_token`. Default 600, at most 600 (security.md D17). */
  readonly mfaToken?: number | undefined;
  /** `oob_code` and the code in the message. Default 300, at most 600 (D2). */
  readonly bindingCode?: number | undefined;
  /** An enrollment that nobody confirmed. Default 600, at most 600 (D27). */
  readonly enrollment?: number | undefined;
  /** Access tokens. Default 86400, at most 86400 (D20 advises 900 where clients can refresh). */
  readonly accessToken?: number | undefined;
  /** Access tokens for the MFA audience. Default 600, at most 600 (D19). */
  readonly mfaAccessToken?: number | undefined;
  /** `id_token`. Default 36000, at most 86400. */
  readonly idToken?: number | undefined;
  /** A session of the pages that nobody uses. Default 1800, at most 3600 (D29). */
  readonly sessionIdle?: number | undefined;
  /** A session of the pages in all. Default 86400, at most 86400 (D29). */
  readonly session?: number | undefined;
  /** A refresh token that nobody uses. Default 1209600, 14 days (D22). */
  readonly refreshTokenIdle?: number | undefined;
  /** Refresh tokens in all, however often they are replaced. Default 2592000, 30 days (D22). */
  readonly refreshToken?: number | undefined;
}

/** How many guesses may be compared; docs/options.md has the bounds (security.md D3-D9). */
export interface GuessLimits {
  /** Per challenge. Default 5, from 3 to 5 (D3). */
  readonly perChallenge?: number | undefined;
  /** Per `mfa_token`. Default 10 (D17). */
  readonly perTransaction?: number | undefined;
  /** Failures per user in any 24 hours, over all authenticators, clients and tokens. Default 15 (D5). */
  readonly perDay?: number | undefined;
  /** Failures per user in any 30 days. Default 60 (D5). */
  readonly perMonth?: number | undefined;
  /** Failures in a row that disable an authenticator. Default 50 (D6). */
  readonly untilDisabled?: number | undefined;
  /** Wrong recovery codes per user in any 24 hours. Default 5 (D7). */
  readonly recoveryPerDay?: number | undefined;
  /** Failures per IPv4 address or IPv6 /64 in any hour. Default 30 (D8). */
  readonly perIpPerHour?: number | undefined;
  /** The same in any 24 hours. Default 200 (D8). */
  readonly perIpPerDay?: number | undefined;
  /** Failures per user from unknown devices in any 24 hours while the fleet is under attack. Default 3 (D9). */
  readonly underAttackPerDay?: number | undefined;
}

/**
 * How many messages may be sent (security.md D10 to D16). Those of an app and of a country may be raised, all others
 * only lowered.
 */
export interface SendLimits {
  /** Per login. Default 5. */
  readonly perTransaction?: number | undefined;
  /** Per user in any 24 hours. Default 10. */
  readonly perUserPerDay?: number | undefined;
  /** Per number or address, over all users, in 10 minutes. Default 3. */
  readonly perAddressPer10Minutes?: number | undefined;
  /** Per number or address, over all users, in 24 hours. Default 10. */
  readonly perAddressPerDay?: number | undefined;
  /** Users that may share one number or address. Default 5. */
  readonly usersPerAddress?: number | undefined;
  /** Asked for from one IPv4 address or IPv6 /64, in any hour. Default 10 (D12). */
  readonly perIpPerHour?: number | undefined;
  /** The same in any 24 hours. Default 30 (D12). */
  readonly perIpPerDay?: number | undefined;
  /** Asked for from one IPv4 /24, in any hour. Default 60 (D12). */
  readonly perNetworkPerHour?: number | undefined;
  /** To numbers that differ in their last four digits only, in any hour. Default 10 (D13). */
  readonly perPrefixPerHour?: number | undefined;
  /** To the numbers of one country, in any hour. Default 1000. */
  readonly perCountryPerHour?: number | undefined;
  /** The same in any 24 hours. Default 5000. */
  readonly perCountryPerDay?: number | undefined;
  /** Calls in any hour, half of them for enrollments at most. Default 100 (D16). */
  readonly voicePerHour?: number | undefined;
  /** Messages in any hour, half of them for enrollments at most. Default 1000 (D16). */
  readonly totalPerHour?: number | undefined;
  /** The same in any 24 hours. Default 5000 (D16). */
  readonly totalPerDay?: number | undefined;
}

/** Everything that a host tells `createMfa()`. */
export interface MfaOptions {
  /**
   * Absolute URL with its trailing slash, `https://auth.example.com/`: the `iss` of every token, the domain in
   * messages, and with `mfa/` appended the audience of the MFA API. Never taken from a request.
   */
  readonly issuer: string;
  /** Secrets; `npx express-mfa keys` or `generateKeys()` makes a set. */
  readonly keys: MfaKeys;
  /** The host's users. */
  readonly users: Users;
  /** The host's clients. */
  readonly clients: Clients;
  /** `memoryStores()`, `sqliteStores(database)` or `postgresStores(pool)`. */
  readonly stores: Stores;
  /** What users may enroll, in the order of preference: `otp()`, `oob({ channels })`, `recoveryCode()`. */
  readonly authenticators: readonly AuthenticatorType[];
  /** APIs that tokens may be asked for, beside the MFA API. Default none. */
  readonly apis?: readonly Api[] | undefined;
  /** Audience of a request that names none. Default `${issuer}userinfo`. */
  readonly defaultAudience?: string | undefined;
  /** Who needs a second factor. Default: everyone. A user with an active authenticator is always challenged. */
  readonly policy?: PolicyCallback | undefined;
  readonly lifetimes?: Lifetimes | undefined;
  readonly guesses?: GuessLimits | undefined;
  readonly sends?: SendLimits | undefined;
  /**
   * Whether the budgets of addresses, number blocks, countries and the whole app only report what they would refuse, in
   * `mfa.rate_limited` with `shadow: true`. Those of users and numbers always refuse. Default false.
   */
  readonly shadowBudgets?: boolean | undefined;
  /** Language of messages to users whose own is not known, `en` or `de`. Default `en`. */
  readonly locale?: Locale | undefined;
  /** Algorithm of access tokens, `RS256` (default) or `ES256`; `id_token`s are always RS256. */
  readonly accessTokenAlgorithm?: 'RS256' | 'ES256' | undefined;
  /** Whether `mfa_required` lists what may be enrolled or challenged. Default true. */
  readonly mfaRequirements?: boolean | undefined;
  /**
   * Tells users about changes to their account: a sender for messages of channel `notice`, each to one number or
   * address. Default: nobody is told, and `config.unsafe` says so.
   */
  readonly notices?: Sender | Sender['send'] | undefined;
  /**
   * Whether a browser that passed a second factor gets a cookie by which it is known. It opens nothing: guesses from
   * a known device are counted apart, so that nobody who has the password can lock its owner out. Default true.
   */
  readonly deviceCookie?: boolean | undefined;
  /**
   * Whether people may trust a device: their next logins there, in a session, need no second factor for so many days, 1
   * to 30, default 30. It never counts as one: routes that ask for it, and the MFA API, ask all the same (security.md D30).
   * Default false.
   */
  readonly trustedDevices?: boolean | { readonly days?: number | undefined } | undefined;
  /** Refuses at start what leaves users with nothing but codes by telephone or e-mail. Default false. */
  readonly requireUnrestricted?: boolean | undefined;
  /** Whether `amr` and `acr` stand in `id_token`s. Default true. */
  readonly amrInIdToken?: boolean | undefined;
  /** Whether a password alone may enroll the user's first authenticator. Default: yes. */
  readonly allowSelfEnrollment?: MfaCallbacks['allowSelfEnrollment'] | undefined;
  /** Asked before a user's last authenticator is removed, where the policy lets it go; false refuses. */
  readonly onDowngrade?: MfaCallbacks['onDowngrade'] | undefined;
  /** Asked before a guess from an unknown device is judged while the fleet is under attack (D9). */
  readonly botCheck?: MfaCallbacks['botCheck'] | undefined;
  /** Receives every event of the audit log. */
  readonly onEvent?: OnEvent | undefined;
  /** Receives the events that somebody should look at now, those with `alert: true`. */
  readonly onAlert?: OnEvent | undefined;
  /** Days that stored events are kept, from 1 to 3650, default 90; false stores none. */
  readonly audit?: false | { readonly retentionDays?: number | undefined } | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}
