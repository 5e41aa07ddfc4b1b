/** How a client proves itself at the token endpoint (RFC 7591 section 2). Secrets are accepted in either form. */
export type TokenEndpointAuthMethod = 'none' | 'client_secret_post' | 'client_secret_basic';

/** An application that may ask for tokens. */
export interface Client {
  /** `client_id` on the wire. */
  readonly id: string;
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  /** The secret, unless `verifySecret` is given. */
  readonly secret?: string | undefined;
  /** For hosts that keep only a hash of the secret: true when this is the secret. Compare in constant time. */
  readonly verifySecret?: ((secret: string) => boolean | Promise<boolean>) | undefined;
  /** OAuth grant names; the single word `mfa` switches the three MFA grants on together, `password` both password grants. */
  readonly grantTypes: readonly string[];
  /** Origins (`https://app.example.com`) of pages that may call from a browser. */
  readonly webOrigins?: readonly string[] | undefined;
  /** Where `/authorize` may answer to: absolute URIs, compared as strings (security.md R-096). */
  readonly redirectUris?: readonly string[] | undefined;
  /** `native`: the port of a redirect URI with the address `127.0.0.1` or `[::1]` may differ (RFC 8252 section 7.3). */
  readonly applicationType?: 'web' | 'native' | undefined;
  /** Where a logout may return to, compared as strings. */
  readonly logoutUris?: readonly string[] | undefined;
}

/** The host's clients. */
export interface Clients {
  findById(id: string): Promise<Client | null | undefined> | Client | null | undefined;
  /**
   * Whether any client lists this origin among its `webOrigins`. A browser's preflight names no client,
   * so this decides it; the answer itself is then readable only for an origin of the client that asked.
   * Without this method browsers of other origins are refused.
   */
  allowsOrigin?(origin: string): Promise<boolean> | boolean;
}
