import type { OAuthError } from '../errors.js';
import type { Account, Authenticator, Delivery, LoginTransaction, User } from '../ports/index.js';
import type { Locale } from './locale.js';
import type { Mfa } from './mfa.js';
import type { Params } from './params.js';

/** `authenticator_type` on the wire. */
export type AuthenticatorTypeName = 'otp' | 'oob' | 'recovery-code';

/** One line of `GET /mfa/authenticators`: an authenticator seen through one channel. */
export interface Entry {
  /** The wire's id, `sms|dev_…`. */
  readonly id: string;
  readonly type: AuthenticatorType;
  readonly channel?: string | undefined;
  readonly authenticator: Authenticator;
}

/** What a client submits: `otp`, `oob_code` with `binding_code`, or `recovery_code`. */
export interface Proof {
  /** Store id of the `oob_code`. */
  readonly deliveryId?: string | undefined;
  /** That `oob_code` has expired: the proof is refused, whatever its value. */
  readonly expired?: true | undefined;
  /** The digits or characters; undefined when the client sent none. */
  readonly value: string | undefined;
}

/** A live login transaction with what belongs to its user, as read in one go. */
export interface Step {
  readonly transaction: LoginTransaction;
  readonly account: Account;
  readonly authenticators: readonly Authenticator[];
  readonly delivery: Delivery | undefined;
  readonly now: number;
}

/** The authenticators that a proof is compared with. */
export interface Bound {
  readonly candidates: readonly Authenticator[];
  /** The proof belongs elsewhere: charged as a guess, compared with nothing (security.md ). */
  readonly mismatch?: OAuthError | undefined;
}

/** A proof that was right. */
export interface Match {
  /** New credential to be stored with the success: a later TOTP step, the next recovery code. */
  readonly credential?: string | undefined;
  /** The next recovery code, to be shown once. */
  readonly recoveryCode?: string | undefined;
}

/** What `/mfa/associate` is to start, before anything is read or stored. */
export interface Association {
  readonly kind: string;
  /** Blind indexes of the number or address under every pepper that is known, the current one first. */
  readonly addresses?: readonly string[] | undefined;
  readonly name?: string | undefined;
  /** The credential of the authenticator with this id. */
  credential(userId: string, authenticatorId: string): string;
  /** Answer beside `authenticator_type`; for out-of-band types the core adds the handle. */
  answer(label: string): Readonly<Record<string, unknown>>;
  /** The id on the wire. */
  wireId(authenticatorId: string): string;
  /** The channel that carries the first code; undefined when nothing is sent. */
  readonly delivery?: Carrier | undefined;
}

/** What a number is counted under beside itself (security.md D13 to D16). */
export interface Reach {
  /** ISO 3166-1 alpha-2 code, or the calling code of a number that no country has: `+883`. */
  readonly country: string;
  /** What the numbers of its block have in common: all but the last four digits. */
  readonly prefix: string;
  /** Set aside for fiction: it reaches nobody and costs nothing. */
  readonly fictional: boolean;
  /** It is never messaged: its country is not allowed, or its type costs more or reaches no person. */
  readonly refused?: 'country' | 'type' | undefined;
}

/** Carries one code to one address. */
export interface Carrier {
  readonly channel: string;
  /** E.164 number or e-mail address. */
  readonly to: string;
  /** Blind indexes of it under every pepper that is known: it is counted under each. */
  readonly addresses: readonly string[];
  /** Of a number. */
  readonly reach?: Reach | undefined;
  /** `name` of the sender. */
  readonly sender?: string | undefined;
  /** Digits of the code. */
  readonly digits: number;
  send(message: {
    readonly id: string;
    readonly code: string;
    readonly purpose: Delivery['purpose'];
    /** What the code confirms, of `approve`. */
    readonly action?: string | undefined;
    readonly locale: Locale;
  }): Promise<SendOutcome>;
}

/** What became of a message. */
export type SendOutcome =
  | 'accepted'
  | {
      /** 502 or 503 */
      readonly refusal: OAuthError;
      /** No answer came in time: it may be on its way all the same, so it stays counted for the number. */
      readonly mayHaveArrived: boolean;
    };

/** One kind of authenticator: how it is enrolled, asked for and judged. Made by `otp()`, `oob()`, `recoveryCode()`. */
export interface AuthenticatorType {
  readonly name: AuthenticatorTypeName;
  /** `grant_type` of the proof. */
  readonly grantType: string;
  /** Kinds of record that belong to it, in the order of preference. */
  readonly kinds: readonly string[];
  /** Kinds that `mfa_required` offers for enrollment. */
  readonly offered: readonly string[];
  /** Guess lane that its failures are counted in. */
  readonly lane: 'factor' | 'recovery';
  /** Chance of one blind guess to be right. */
  readonly chance: number;
  /** The lines that an authenticator of these kinds has in the list. */
  entries(authenticator: Authenticator): readonly Entry[];
  /** Reads the proof; no store access. */
  readProof(mfa: Mfa, params: Params): Proof;
  /** @throws OAuthError when the proof cannot be judged at all; such an attempt is not charged */
  bind(mfa: Mfa, proof: Proof, step: Step): Bound;
  /** Whether the proof is right, in constant time. Called after the guess was charged. */
  match(mfa: Mfa, proof: Proof, candidate: Authenticator, step: Step): Match | undefined;
  /** `amr` values of a success (RFC 8176). */
  amr(step: Step): readonly string[];
  /** The answer to a wrong proof. */
  wrong(): OAuthError;
  /**
   * Reads what is to be enrolled.
   *
   * @param findUser - asks for the user behind the request, for what the parameters leave out
   * @throws OAuthError when the parameters do not allow it
   */
  associate?(mfa: Mfa, params: Params, findUser: () => Promise<User>): Promise<Association>;
  /** Channels and senders that codes go through, for `mfa.switches`. */
  readonly carriers?:
    | readonly { readonly channel: string; readonly sender: string | undefined }[]
    | undefined;
  /** The carrier of a code to this authenticator; undefined when nothing has to be sent. */
  carrier?(mfa: Mfa, entry: Entry): Carrier | undefined;
  /**
   * The authenticator under the current keys, after a rotation; undefined when it stands under them already, and
   * `moves with use` when only its use can bring it there.
   *
   * @throws Error when no key opens it
   */
  reseal?(mfa: Mfa, authenticator: Authenticator): Authenticator | 'moves with use' | undefined;
  /** A new authenticator of this type beside the user's first one; the code is shown once. */
  issue?(mfa: Mfa, userId: string, authenticatorId: string): { credential: string; code: string };
}
