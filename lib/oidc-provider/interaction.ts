import type { IncomingMessage, ServerResponse } from 'node:http';

/** What `provider.interactionDetails` tells, as far as it is used here. */
export interface InteractionDetails {
  readonly prompt: { readonly name: string; readonly reasons: readonly string[] };
  readonly params: Readonly<Record<string, unknown>>;
  /** When the interaction began, in seconds since 1970. */
  readonly iat?: number | undefined;
}

/** What the provider is told about a login. */
export type InteractionLogin = {
  /** The user's id. */
  readonly accountId: string;
  /** Methods that passed (RFC 8176). */
  readonly amr: string[];
  /** Left out for a password alone and after a recovery code. */
  readonly acr?: string;
  /** When the last of them passed, in seconds since 1970: `auth_time`. */
  readonly ts: number;
  /** The provider's session ends with the browser. */
  readonly remember: false;
};

/** The part of a `Provider` of the package `oidc-provider` that is used: version 9 has it. */
export interface InteractionHost {
  interactionDetails(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<InteractionDetails>;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: { readonly login: InteractionLogin },
    options: { readonly mergeWithLastSubmission: boolean },
  ): Promise<void>;
}
