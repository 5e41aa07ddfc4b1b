/** A secret with a name, so that records say which one made them. */
export interface NamedSecret {
  /** 1 to 16 characters of `A-Z a-z 0-9 _ -`. */
  readonly id: string;
  /** At least 32 random bytes, base64url. */
  readonly secret: string;
}

/** The secret in use, the one to come, and those before it, which still open what they made. */
export interface KeyRing {
  readonly current: NamedSecret;
  /**
   * Opens, but makes nothing yet: the first half of a rotation over several processes, so that every process knows
   * the secret before any of them uses it.
   */
  readonly next?: NamedSecret | undefined;
  readonly previous?: readonly NamedSecret[] | undefined;
}

/** A private signing key as JWK (RSA of at least 2048 bits, or EC P-256), with or without `kid`. */
export interface SigningKey {
  readonly kty: string;
  readonly alg?: string | undefined;
  readonly [member: string]: unknown;
}

/** Every secret that the library needs. Two processes with the same keys accept each other's tokens. */
export interface MfaKeys {
  /** Keys the hashes of codes and the tags of `mfa_token` and `oob_code`. */
  readonly pepper: KeyRing;
  /** Encrypts TOTP secrets, phone numbers and addresses. Not the same as the pepper. */
  readonly encryption: KeyRing;
  /** Sign tokens: the first of each algorithm signs, all are published. At least one RS256 key. */
  readonly signing: readonly SigningKey[];
}
