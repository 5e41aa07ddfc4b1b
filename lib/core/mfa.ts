import type { Handles } from '../crypto/handle.js';
import type { KeyedHash } from '../crypto/keyed-hash.js';
import type { Seal } from '../crypto/seal.js';
import type { Clients, Clock, Message, MfaEvent, Random, Store, Users } from '../ports/index.js';
import type { Tokens } from '../tokens/tokens.js';
import type { Audit, Happening } from './audit.js';
import type { AuthenticatorType, SendOutcome } from './authenticator-type.js';
import type { FleetWatch } from './fleet/fleet.js';
import type { SharedStateCache } from './fleet/shared-state.js';
import type { Switches } from './fleet/switches.js';
import type { GuessBound } from './guesses/guess-bound.js';
import type { LaneLimits } from './guesses/guess-budget.js';
import type { LaneName } from './guesses/guess-lanes.js';
import type { Locale } from './locale.js';
import type { MfaCallbacks, PolicyCallback } from './login/policy.js';
import type { ConversionWatch } from './sends/conversion.js';
import type { SendBudget } from './sends/send-budget.js';

/** Resolved options; times in milliseconds. */
export interface Settings {
  readonly lifetimes: {
    readonly mfaToken: number;
    readonly bindingCode: number;
    readonly enrollment: number;
    readonly accessToken: number;
    readonly mfaAccessToken: number;
    readonly idToken: number;
    readonly sessionIdle: number;
    readonly session: number;
    readonly refreshTokenIdle: number;
    readonly refreshToken: number;
  };
  readonly guesses: {
    readonly perChallenge: number;
    readonly perTransaction: number;
    readonly untilDisabled: number;
    readonly perIpPerHour: number;
    readonly perIpPerDay: number;
    readonly underAttackPerDay: number;
    readonly lanes: Readonly<Record<LaneName, LaneLimits>>;
  };
  readonly sends: SendBudget;
  readonly apis: ReadonlyMap<
    string,
    { readonly scopes: readonly string[]; readonly lifetime: number }
  >;
  readonly defaultAudience: string;
  readonly mfaRequirements: boolean;
  readonly amrInIdToken: boolean;
  readonly deviceCookie: boolean;
  /** How long a device is trusted; undefined = never. */
  readonly trustedDevices: number | undefined;
  readonly locale: Locale;
  readonly shadowBudgets: boolean;
}

/** A configured express-mfa, made by `createMfa()` and handed to every router and function. Frozen. */
export interface Mfa {
  readonly issuer: string;
  /** Audience of the MFA API: `${issuer}mfa/`. */
  readonly audience: string;
  /**
   * Resolves when the store can be used, else rejects with what is wrong; for health checks. An answer counts for a
   * second, and whoever asks meanwhile waits for the one question under way.
   */
  ready(): Promise<void>;
  /**
   * Removes expired records, in small batches. The routers do it by themselves about once a minute; call it only
   * in a process that serves no requests.
   *
   * @returns how many were removed
   */
  purge(): Promise<number>;

  /**
   * Reads the stored events, oldest first: at most `limit` (default 100, at most 1000) after the cursor of an earlier read.
   *
   * @returns the events, and the cursor for the next read; there are no more when it is the one that was given
   */
  auditLog(page?: {
    readonly after?: string | undefined;
    readonly limit?: number | undefined;
  }): Promise<{
    readonly events: readonly Omit<MfaEvent, 'cause'>[];
    readonly after: string | undefined;
  }>;

  /**
   * Call it when a user's password changed: logins, codes and tokens for the MFA API from before are dead, and a
   * recovery is complete (security.md ).
   */
  onPasswordChanged(userId: string): Promise<void>;
  /** Call it when a user is deleted: everything that is kept for the user goes. */
  onUserDeleted(userId: string): Promise<void>;
  /** Lets a locked user guess again at once: an administrator's decision, audited as `mfa.lock.ended`. */
  unlock(userId: string): Promise<void>;
  /** Stops messages at run time, by channel, country or sender (docs/messages.md). */
  readonly switches: Switches;
  /** Ends the trust in all devices of a user: a logout everywhere. */
  forgetDevices(userId: string): Promise<void>;
  /** How likely a break is in the worst case, by kind of authenticator, with the options in force. */
  guessBound(): readonly GuessBound[];
  /** Resolves when what goes on in the background is done: notices and counts. For a graceful stop. */
  settled(): Promise<void>;

  /** @internal */
  readonly settings: Settings;
  /** @internal */
  readonly store: Store;
  /** @internal */
  readonly shared: SharedStateCache;
  /** @internal */
  readonly users: Users;
  /** @internal */
  readonly clients: Clients;
  /** @internal */
  readonly policy: PolicyCallback;
  /** @internal */
  readonly clock: Clock;
  /** @internal */
  readonly random: Random;
  /** @internal */
  readonly types: readonly AuthenticatorType[];
  /** @internal */
  readonly hash: KeyedHash;
  /** @internal */
  readonly seal: Seal;
  /** @internal */
  readonly handles: Handles;
  /** @internal */
  readonly tokens: Tokens;
  /** @internal Failures that the other processes do not know yet. */
  readonly fleet: FleetWatch;
  /** @internal Codes that came back and that the other processes do not know yet. */
  readonly conversions: ConversionWatch;
  /** @internal `name` of the sender of notices. */
  readonly noticeSender: string | undefined;
  /** @internal Sends a notice; undefined when the host has nothing to send it with. */
  readonly tell: ((message: Message) => Promise<SendOutcome>) | undefined;
  /** @internal */
  readonly mayEnrollFirst: NonNullable<MfaCallbacks['allowSelfEnrollment']>;
  /** @internal */
  readonly onDowngrade: NonNullable<MfaCallbacks['onDowngrade']>;
  /** @internal */
  readonly botCheck: MfaCallbacks['botCheck'];
  /** @internal Goes on without anybody waiting; what fails becomes an event. */
  inBackground(work: Promise<unknown>): void;
  /** @internal Removes expired records now and then, in the background. */
  housekeeping(): void;
  /** @internal */
  readonly audit: Audit;
  /** @internal */
  emit(event: Happening): void;
}
