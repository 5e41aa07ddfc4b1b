import { admitUser } from '../core/admit.js';
import type { Mfa } from '../core/mfa.js';
import { errors, OAuthError } from '../errors.js';
import { type Auth, bearerOf, byBearer } from '../http/auth.js';
import type { Request } from '../http/express-types.js';
import { audiencesOf } from '../http/guard-options.js';
import { forRequest } from '../http/request-context.js';
import { checkedMfa } from '../http/serve.js';
import { type Outcome, run, type Success } from './strategy.js';

/** Options of `AccessTokenStrategy`. */
export interface AccessTokenOptions {
  /** Audiences that are taken. Default: your `apis` and the userinfo endpoint; never the MFA API. */
  readonly audience?: string | readonly string[] | undefined;
  /** Scopes that a token needs. */
  readonly scope?: readonly string[] | undefined;
}

/**
 * Our access tokens for Passport, as `access-token`: the user behind `Authorization: Bearer`, whoever signed in with a
 * second factor or where the policy asks for none. `info` is what `requireMfa` sets as `request.auth`.
 *
 * @example
 * ```ts
 * passport.use(new AccessTokenStrategy(mfa, { audience: 'https://api.example.com/' }))
 * app.get('/notes', passport.authenticate('access-token', { session: false }), notes)
 * ```
 */
export class AccessTokenStrategy {
  readonly name = 'access-token';
  private readonly mfa: Mfa;
  private readonly audiences: readonly string[];
  private readonly scope: readonly string[];

  /** @throws TypeError `ERR_MFA_ROUTER`, `ERR_MFA_GUARD` */
  constructor(mfa: Mfa, { audience, scope = [] }: AccessTokenOptions = {}) {
    this.mfa = checkedMfa('AccessTokenStrategy', mfa);
    this.audiences = audiencesOf(mfa, 'AccessTokenStrategy', audience);
    this.scope = scope;
  }

  /** Called by Passport. */
  authenticate(this: Outcome, request: Request): void {
    const self = this as Outcome & AccessTokenStrategy;
    const mfa = forRequest(self.mfa, request);
    run(this, request, () => judge(mfa, request, self.audiences, self.scope));
  }
}

async function judge(
  mfa: Mfa,
  request: Request,
  audiences: readonly string[],
  scope: readonly string[],
): Promise<Success> {
  const token = bearerOf(request);
  const found = token === undefined ? undefined : await byBearer(mfa, token, audiences);
  if (!found || found.confirms !== undefined) throw invalid(); // what is good for one action is good for nothing else
  const { auth } = found;
  const missing = scope.filter((it) => !auth.scope?.includes(it));
  if (missing.length > 0) throw errors.insufficientScope(missing.join(' '));
  const user = await admitUser(mfa, auth.sub, invalid);
  return { user, info: auth satisfies Auth };
}

const invalid = () =>
  new OAuthError(401, 'invalid_token', 'The access token is missing or invalid.');
