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

export async function issueTokens(
  mfa: Mfa,
  {
    user,
    client,
    access,
    grant,
    authentication,
  }: {
    readonly user: User;
    readonly client: Client;
    readonly access: Access;
    readonly grant: string;
    readonly authentication: Authentication;
  },
): Promise<TokenAnswer> {
  const { audience, scope, lifetime } = access;
  const scopes = scope.split(' ');
  const [accessToken, idToken] = await Promise.all([
    mfa.tokens.accessToken({
      sub: user.id,
      clientId: client.id,
      audience,
      scope,
      grant,
      lifetime,
      authentication,
    }),
    scopes.includes('openid')
      ? mfa.tokens.idToken({
          clientId: client.id,
          claims: { sub: user.id, ...profile(user, scopes) },
          lifetime: mfa.settings.lifetimes.idToken,
          authentication,
          withAmr: mfa.settings.amrInIdToken,
        })
      : undefined,
  ]);
  mfa.emit({ event: 'token.issued', userId: user.id, clientId: client.id });
  return {
    access_token: accessToken,
    ...(idToken !== undefined && { id_token: idToken }),
    scope,
    expires_in: lifetime / 1000,
    token_type: 'Bearer',
  };
}

/** Claims by scope (OpenID Connect Core section 5.4). */
function profile(user: User, scopes: readonly string[]): Readonly<Record<string, unknown>> {
  const { name, nickname, picture, email, emailVerified } = user;
  return {
    ...(scopes.includes('profile') && { name, nickname, picture }),
    ...(scopes.includes('email') && { email, email_verified: emailVerified }),
  };
}
