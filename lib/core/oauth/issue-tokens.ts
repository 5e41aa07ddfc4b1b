import type { Client, User } from '../../ports/index.js';
import type { Authentication } from '../../tokens/tokens.js';
import type { Mfa } from '../mfa.js';
import { type Access, OFFLINE_ACCESS } from './audience.js';
import { startFamily } from './refresh-families.js';

/** A success at the token endpoint (wire.md 3.3). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly id_token?: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
  readonly refresh_token?: string;
  readonly recovery_code?: string;
}

/** What tokens are issued for. */
export interface Issue {
  readonly user: User;
  readonly client: Client;
  readonly access: Access;
  /** `gty` */
  readonly grant: string | undefined;
  readonly authentication: Authentication;
  /** Kind of the authenticator that passed; undefined when none did. */
  readonly kind?: string | undefined;
  /** Of the user's account, as it was read for this login. */
  readonly epoch: number | undefined;
  readonly nonce?: string | undefined;
  /** Digest of the one action that was confirmed. */
  readonly action?: string | undefined;
  /** Of the family to begin, when `offline_access` is granted; default a random one. */
  readonly familyId?: string | undefined;
  /** The next one of a family that there is already. */
  readonly refreshToken?: string | undefined;
}

export async function issueTokens(mfa: Mfa, issue: Issue): Promise<TokenAnswer> {
  const { user, client, access, grant, authentication, action } = issue;
  const scopes = access.scope.split(' ');
  const isOurs = access.audience === mfa.audience || scopes.includes('openid');
  const epoch = isOurs ? issue.epoch : undefined; // nobody else asks for it
  const about = { sub: user.id, clientId: client.id, grant, authentication, epoch, action };
  const claims = { ...about, ...access };
  const [accessToken, idToken, refreshToken] = await Promise.all([
    mfa.tokens.accessToken(claims),
    scopes.includes('openid') ? idTokenOf(mfa, issue) : undefined,
    issue.refreshToken ?? (scopes.includes(OFFLINE_ACCESS) ? begin(mfa, issue) : undefined),
  ]);
  mfa.emit({ event: 'token.issued', userId: user.id, clientId: client.id });
  return {
    access_token: accessToken,
    ...(idToken !== undefined && { id_token: idToken }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    scope: access.scope,
    expires_in: access.lifetime / 1000,
    token_type: 'Bearer',
  };
}

const begin = (mfa: Mfa, issue: Issue): Promise<string> =>
  startFamily(mfa, {
    userId: issue.user.id,
    clientId: issue.client.id,
    audience: issue.access.audience,
    scope: issue.access.scope,
    authentication: issue.authentication,
    kind: issue.kind,
    epoch: issue.epoch ?? 0,
    id: issue.familyId,
  });

const idTokenOf = (
  mfa: Mfa,
  { user, client, access, authentication, nonce }: Issue,
): Promise<string> =>
  mfa.tokens.idToken({
    clientId: client.id,
    claims: { sub: user.id, ...profile(user, access.scope.split(' ')) },
    lifetime: mfa.settings.lifetimes.idToken,
    authentication,
    withAmr: mfa.settings.amrInIdToken,
    nonce,
  });

/** Claims by scope (OpenID Connect Core section 5.4). */
export function profile(user: User, scopes: readonly string[]): Readonly<Record<string, unknown>> {
  const { name, nickname, picture, email, emailVerified } = user;
  return {
    ...(scopes.includes('profile') && { name, nickname, picture }),
    ...(scopes.includes('email') && { email, email_verified: emailVerified }),
  };
}
