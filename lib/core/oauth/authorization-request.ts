import { errors } from '../../errors.js';
import type { Client } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';
import type { Grammar, Params } from '../params.js';
import { type Access, resolveAccess } from './audience.js';
import { authorizationErrors } from './authorization-errors.js';
import { requireGrant } from './client-auth.js';
import { findClient } from './known-client.js';
import { isRedirectUri } from './redirect-uri.js';

export type ResponseMode = 'query' | 'form_post' | 'web_message';

/** Where the answer goes, whatever it is. */
export interface ReplyTo {
  readonly client: Client;
  readonly redirectUri: string;
  readonly mode: ResponseMode;
  /** Sent back as it came, and only if it came (wire.md 10.4). */
  readonly state: string | undefined;
}

/** What an app asks for (RFC 6749 section 4.1.1; OpenID Connect Core section 3.1.2.1). */
export interface AuthorizationRequest {
  readonly client: Client;
  readonly redirectUri: string;
  readonly access: Access;
  /** SHA-256 of the verifier (RFC 7636). */
  readonly challenge: string;
  readonly nonce: string | undefined;
  /** Nobody may be asked for anything. */
  readonly silent: boolean;
  /** The password has to be given anew. */
  readonly anew: boolean;
  /** How old the login may be (ms). */
  readonly maxAge: number | undefined;
  /** A second factor is asked for, whatever the policy says. */
  readonly multiFactor: boolean;
  /** When (ms) this request first sent its visitor to log in anew. */
  readonly after: number | undefined;
  readonly idTokenHint: string | undefined;
}

/** Name of the parameter that we add to the request while it waits for a login. */
export const LOGIN_AFTER = 'login_after';
/** So long (ms) a login may take. */
const LOGIN_TAKES = 3_600_000;

const MODES: readonly string[] = ['query', 'form_post', 'web_message'];
const PROMPTS: readonly string[] = ['none', 'login', 'select_account', 'consent'];

const seconds: Grammar = { pattern: /^\d{1,9}$/, hint: 'a number of seconds' };
const time: Grammar = { pattern: /^\d{1,15}$/, hint: 'a time' };
/** RFC 7636 section 4.2: base64url of a SHA-256. */
const challenge: Grammar = {
  pattern: /^[\w-]{43}$/,
  hint: 'the SHA-256 of the code_verifier in base64url, 43 characters',
};
const s256: Grammar = { pattern: /^S256$/, hint: 'S256' };
/** It travels in the code. */
const nonce: Grammar = { pattern: /^[\x20-\x7e]{1,256}$/, hint: 'at most 256 ASCII characters' };

/**
 * Who asks, and where the answer goes. As long as this is not certain, nothing is sent anywhere (RFC 6749 section
 * 4.1.2.1): what is thrown here becomes a page.
 *
 * @throws OAuthError
 */
export async function replyToOf(mfa: Mfa, params: Params): Promise<ReplyTo> {
  const clientId = params.required('client_id');
  const client = await findClient(mfa, clientId);
  if (!client) throw authorizationErrors.unknownClient(clientId);
  const redirectUri = params.required('redirect_uri');
  if (!isRedirectUri(client, redirectUri)) throw authorizationErrors.redirectMismatch();
  const mode = modeOf(params);
  if (mode === 'web_message' && !client.webOrigins?.includes(new URL(redirectUri).origin)) {
    throw authorizationErrors.webMessageOrigin();
  }
  return { client, redirectUri, mode, state: readable(params, 'state') };
}

/** A word that is none is told the way that always works. */
const modeOf = (params: Params): ResponseMode => {
  const mode = readable(params, 'response_mode');
  return mode !== undefined && MODES.includes(mode) ? (mode as ResponseMode) : 'query';
};

function readable(params: Params, name: string): string | undefined {
  try {
    return params.optional(name);
  } catch {
    return undefined; // refused by readAuthorization, and told to the client
  }
}

/** @throws OAuthError that the client is told */
export function readAuthorization(
  mfa: Mfa,
  params: Params,
  { client, redirectUri }: ReplyTo,
): AuthorizationRequest {
  requireGrant(client, 'authorization_code', 'authorization_code');
  refuseUnsupported(params);
  params.optional('state');
  const prompts = wordsOf(params, 'prompt');
  if (prompts.some((it) => !PROMPTS.includes(it)) || (prompts.includes('none') && prompts[1])) {
    throw errors.invalidParameter('prompt', 'none or login');
  }
  params.required('code_challenge_method', s256);
  const maxAge = params.optional('max_age', seconds);
  const access = resolveAccess(mfa, {
    audience: params.optional('audience'),
    scope: params.optional('scope'),
    client,
  });
  return {
    client,
    redirectUri,
    access,
    challenge: params.required('code_challenge', challenge),
    nonce: params.optional('nonce', nonce),
    silent: prompts.includes('none'),
    anew: prompts.includes('login') || prompts.includes('select_account'),
    maxAge: maxAge === undefined ? undefined : Number(maxAge) * 1000,
    multiFactor: wordsOf(params, 'acr_values').includes(mfa.tokens.multiFactor),
    after: afterOf(mfa, params),
    idTokenHint: params.optional('id_token_hint'),
  };
}

function refuseUnsupported(params: Params): void {
  if (params.optional('request') !== undefined) throw authorizationErrors.requestObject();
  if (params.optional('request_uri') !== undefined) throw authorizationErrors.requestUri();
  if (params.optional('registration') !== undefined) throw authorizationErrors.registration();
  const type = params.required('response_type');
  if (type !== 'code') throw authorizationErrors.unsupportedResponseType(type);
  const mode = params.optional('response_mode');
  if (mode !== undefined && !MODES.includes(mode)) {
    throw errors.invalidParameter('response_mode', 'query, form_post or web_message');
  }
}

const wordsOf = (params: Params, name: string): readonly string[] =>
  params.optional(name)?.split(' ').filter(Boolean) ?? [];

/** A time to come was not written by us, and one that is long past counts no more. */
function afterOf(mfa: Mfa, params: Params): number | undefined {
  const after = params.optional(LOGIN_AFTER, time);
  const age = mfa.clock.now() - Number(after);
  return age >= 0 && age < LOGIN_TAKES ? Number(after) : undefined;
}
