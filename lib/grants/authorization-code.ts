import { admitUser } from '../core/admit.js';
import type { Call } from '../core/call.js';
import { isFromBefore } from '../core/cut-off.js';
import type { Mfa } from '../core/mfa.js';
import { OFFLINE_ACCESS, resolveAccess } from '../core/oauth/audience.js';
import {
  type CodeContent,
  claimCode,
  fitsVerifier,
  openCode,
} from '../core/oauth/authorization-code.js';
import { authorizationErrors } from '../core/oauth/authorization-errors.js';
import { issueTokens } from '../core/oauth/issue-tokens.js';
import { endFamily, familyOfCode } from '../core/oauth/refresh-families.js';
import type { Grammar } from '../core/params.js';
import { sha256 } from '../crypto/secrets.js';
import type { Client } from '../ports/index.js';
import type { Grant, GrantAnswer } from './grant.js';

/** RFC 7636 section 4.1 */
const verifierText: Grammar = {
  pattern: /^[\w.~-]{43,128}$/,
  hint: '43 to 128 characters of A-Z a-z 0-9 - . _ ~',
};

/** The code of `/authorize` becomes tokens (RFC 6749 section 4.1.3). Its second factor has passed already. */
export const authorizationCode: Grant = {
  type: 'authorization_code',
  switchName: 'authorization_code',
  handle: exchange,
};

async function exchange(mfa: Mfa, { params }: Call, client: Client): Promise<GrantAnswer> {
  const content = openCode(mfa, params.required('code'));
  const redirectUri = params.required('redirect_uri');
  const verifier = params.required('code_verifier', verifierText);
  if (content?.clientId !== client.id || content.redirectUri !== sha256(redirectUri)) {
    throw authorizationErrors.invalidCode();
  }
  if (!fitsVerifier(content, verifier)) throw authorizationErrors.wrongVerifier();
  const family = familyOfCode(content.userId, content.id);
  if (!(await claimCode(mfa, content))) {
    const { userId, clientId, scope } = content;
    if (scope.split(' ').includes(OFFLINE_ACCESS)) await endFamily(mfa, family, { reused: true });
    mfa.emit({ event: 'code.reuse_detected', userId, clientId });
    throw authorizationErrors.invalidCode();
  }
  const user = await admitted(mfa, content);
  const { audience, scope, authentication, kind, epoch, nonce } = content;
  const access = resolveAccess(mfa, { audience, scope, client });
  const proved = { authentication, kind, epoch };
  const issue = { user, client, access, grant: undefined, ...proved, nonce };
  return { tokens: await issueTokens(mfa, { ...issue, familyId: family.familyId }) };
}

/** The user may have been blocked, deleted, or given a new password since (security.md ). */
async function admitted(mfa: Mfa, { userId, epoch }: CodeContent) {
  const user = await admitUser(mfa, userId, authorizationErrors.invalidCode);
  const { account } = await mfa.store.load({ userId });
  if (!account || isFromBefore(account, { epoch })) throw authorizationErrors.invalidCode();
  return user;
}
