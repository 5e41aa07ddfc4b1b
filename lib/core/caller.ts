import { errors } from '../errors.js';
import type { VerifiedAccessToken } from '../tokens/tokens.js';
import type { Call } from './call.js';
import { bury } from './login/expired.js';
import { refusedToken } from './login/token-events.js';
import { accessTransactionId } from './login/transaction.js';
import type { Mfa } from './mfa.js';
import type { MFA_SCOPES } from './oauth/audience.js';
import { identifyClient } from './oauth/client-auth.js';

/** Who stands behind the bearer token of an MFA endpoint. */
export interface Caller {
  /** Store id of the login transaction that the token is, or stands for. */
  readonly transactionId: string;
  /** Set when it is an access token for the MFA audience. */
  readonly access?: VerifiedAccessToken | undefined;
}

/**
 * Reads `Authorization: Bearer`: an `mfa_token`, or an access token for the MFA audience with the scope. Forged
 * ones are refused without a store access; whether an `mfa_token` is still live, the store knows.
 *
 * @throws OAuthError 401 for a token that is no good, 403 for one without the scope
 */
export async function readBearer(
  mfa: Mfa,
  call: Call,
  needs: { readonly scope: (typeof MFA_SCOPES)[number]; readonly mfaTokenAllowed: boolean },
): Promise<Caller> {
  const token = /^bearer +([\w.~+/-]{1,2048}=*)$/i.exec(call.authorization ?? '')?.[1];
  if (token === undefined) throw errors.invalidBearer();
  if (!token.includes('.')) {
    const read = mfa.handles.read('mfa', token, mfa.clock.now());
    if (read.state === 'expired') await bury(mfa, { transactionId: read.id });
    if (read.state !== 'valid') refusedToken(mfa, read.state);
    if (read.state !== 'valid' || !needs.mfaTokenAllowed) throw errors.invalidBearer();
    return { transactionId: read.id };
  }
  const access = await mfa.tokens.verifyAccessToken(token, mfa.audience);
  if (!access) throw errors.invalidBearer();
  await identifyClient(mfa, call, access.clientId);
  if (!access.scope.includes(needs.scope)) throw errors.insufficientScope(needs.scope);
  return { transactionId: accessTransactionId(access), access };
}
