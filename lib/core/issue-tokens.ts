import type { Client, User } from '../ports/index.js';
import type { Authentication } from '../tokens/tokens.js';
import type { Access } from './audience.js';
import type { Mfa } from './mfa.js';

/** A success at the token endpoint (wire.md 3.3). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly id_token?: string;
  readonly scope: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
  readonly recovery_code?: string;
}

/** What tokens are issued for. */
export interface Issue {
  readonly user: User;
  readonly client: Client;
  readonly access: Access;
  /** `gty` */
  readonly grant: string;
  readonly authentication: Authentication;
  /** Of the user's account, as it was read for this login. */
  readonly epoch: number | undefined;
}

export async function issueTokens(mfa: Mfa, issue: Issue): Promise<TokenAnswer> {
  const { user, client, access, grant, authentication } = issue;
  const epoch = access.audience === mfa.audience ? issue.epoch : undefined; // nobody else asks for it
  const claims = { sub: user.id, clientId: client.id, grant, authentication, epoch, ...access };
  const [accessToken, idToken] = await Promise.all([
    mfa.tokens.accessToken(claims),
    access.scope.split(' ').includes('openid') ? idTokenOf(mfa, issue) : undefined,
  ]);
  mfa.emit({ event: 'token.issued', userId: user.id, clientId: client.id });
  return {
    access_token: accessToken,
    ...(idToken !== undefined && { id_token: idToken }),
    scope: access.scope,
    expires_in: access.lifetime / 1000,
    token_type: 'Bearer',
  };
}

const idTokenOf = (mfa: Mfa, { user, client, access, authentication }: Issue): Promise<string> =>
  mfa.tokens.idToken({
    clientId: client.id,
    claims: { sub: user.id, ...profile(user, access.scope.split(' ')) },
    lifetime: mfa.settings.lifetimes.idToken,
    authentication,
    withAmr: mfa.settings.amrInIdToken,
  });

/** Claims by scope (OpenID Connect Core section 5.4). */
function profile(user: User, scopes: readonly string[]): Readonly<Record<string, unknown>> {
  const { name, nickname, picture, email, emailVerified } = user;
  return {
    ...(scopes.includes('profile') && { name, nickname, picture }),
    ...(scopes.includes('email') && { email, email_verified: emailVerified }),
  };
}
