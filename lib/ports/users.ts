/** One user of the host, as far as this library needs to know. Read only; never stored. */
export interface User {
  /** The host's immutable id. All MFA state is kept under it (security.md R-125). */
  readonly id: string;
  readonly email?: string | undefined;
  readonly emailVerified?: boolean | undefined;
  readonly name?: string | undefined;
  readonly nickname?: string | undefined;
  readonly picture?: string | undefined;
  /** Language of messages and pages, `de` or `de-AT` (BCP 47). */
  readonly locale?: string | undefined;
  /** How `authenticate` knew the user, when it was not by a password alone. */
  readonly firstFactor?: FirstFactor | undefined;
  /** Suspended by the host: no login, no token (401 `unauthorized`). */
  readonly blocked?: boolean | undefined;
}

/** A first factor that is no password: a link or code that was sent to a mailbox or a phone, say. */
export interface FirstFactor {
  /**
   * What passed (RFC 8176): `['email']`, `['sms']`, `['pwd', 'email']`. It stands in the tokens, and what it names is no
   * second factor of the same login: `email` rules out every mailbox, `sms` and `tel` rule out phones.
   */
  readonly amr: readonly string[];
  /** The phone that proved it, E.164: only this one is ruled out. */
  readonly phoneNumber?: string | undefined;
}

/** Facts about the HTTP request, for the host's own checks and policies. */
export interface RequestInfo {
  /** Address of the client as Express computes it (`req.ip`); the host's `trust proxy` decides. */
  readonly ip: string;
  readonly userAgent: string | undefined;
}

/** The host's users. */
export interface Users {
  /** The user with this id, or nothing. */
  findById(id: string): Promise<User | null | undefined> | User | null | undefined;
  /**
   * The user whose password this is, or nothing. Takes the same time for an unknown user as for a
   * wrong password (hash in both cases). Limit password guesses here: throw `tooManyAttempts(seconds)`
   * to answer 429. Any other throw becomes `server_error`.
   *
   * @param realm - the realm of the `password-realm` grant, else undefined
   */
  authenticate(
    username: string,
    password: string,
    context: { readonly realm: string | undefined; readonly request: RequestInfo },
  ): Promise<User | null | undefined> | User | null | undefined;
}
