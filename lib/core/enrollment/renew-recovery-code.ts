import { authenticatorId } from '../../crypto/codes.js';
import { errors } from '../../errors.js';
import type { Authenticator } from '../../ports/index.js';
import type { VerifiedAccessToken } from '../../tokens/tokens.js';
import { admitUser } from '../admit.js';
import { commitWith } from '../commit.js';
import { isFromBefore } from '../cut-off.js';
import { alive, isFreshProof } from '../login/transaction.js';
import type { Mfa } from '../mfa.js';
import { isEnrolled, RECOVERY } from './enrolled.js';

/**
 * A new recovery code in the place of the one before it. Takes someone who just passed another factor, and an
 * authenticator that it stands in for (security.md R-054).
 *
 * @returns the code, to be shown once
 * @throws OAuthError 401 when the proof is not fresh, 403 when there is nothing to recover
 */
export async function renewRecoveryCode(mfa: Mfa, access: VerifiedAccessToken): Promise<string> {
  const { sub: userId, clientId } = access;
  await admitUser(mfa, userId, errors.invalidBearer);
  const issue = mfa.types.find((type) => type.issue)?.issue;
  if (!issue) throw errors.factorDisabled();
  return commitWith(mfa, async () => {
    const { account, authenticators } = await mfa.store.load({ userId });
    const now = mfa.clock.now();
    const own = alive(authenticators, now);
    if (!account || isFromBefore(account, access)) throw errors.invalidBearer();
    if (!isEnrolled(own)) throw errors.noRecoveryCode();
    if (!isFreshProof(mfa, access, { recovery: false })) throw errors.invalidBearer();
    const id = authenticatorId(mfa.random);
    const { credential, code } = issue(mfa, userId, id);
    const fresh: Authenticator = {
      id,
      userId,
      kind: RECOVERY,
      status: 'active',
      credential,
      createdAt: now,
    };
    const before = authenticators.filter((it) => it.kind === RECOVERY);
    const failures = Object.fromEntries(
      Object.entries(account.failures).filter(([key]) => !before.some((it) => it.id === key)),
    );
    return {
      changes: {
        account: { ...account, failures },
        put: { authenticators: [fresh] },
        remove: { authenticators: before.map((it) => it.id) },
      },
      events: [{ event: 'recovery.regenerated', userId, clientId, authenticatorId: id }],
      result: code,
    };
  });
}
