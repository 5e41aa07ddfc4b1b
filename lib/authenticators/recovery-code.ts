import type { AuthenticatorType, Step } from '../core/authenticator-type.js';
import { isUsable, RECOVERY } from '../core/enrollment/enrolled.js';
import type { Mfa } from '../core/mfa.js';
import { recoveryCode as makeCode } from '../crypto/codes.js';
import { errors } from '../errors.js';

/** Upper case, without the spaces and dashes that people write codes with. */
const canonical = (code: string): string => code.replace(/[\s-]/g, '').toUpperCase();

/** Keyed and bound to the user: the code of another user is just a wrong one (security.md R-080). */
const credentialOf = (mfa: Mfa, userId: string, code: string): string =>
  mfa.hash.make('recovery-code', [userId, code]);

/**
 * One code of 24 characters that a user keeps for the day the phone is gone. It comes with the first enrollment,
 * works once, and its use answers with the next one (wire.md section 8).
 *
 * @example
 * ```ts
 * recoveryCode()
 * ```
 */
export function recoveryCode(): AuthenticatorType {
  const issue = (mfa: Mfa, userId: string) => {
    const code = makeCode(mfa.random);
    return { code, credential: credentialOf(mfa, userId, code) };
  };
  const type: AuthenticatorType = {
    name: 'recovery-code',
    grantType: 'http://auth0.com/oauth/grant-type/mfa-recovery-code',
    kinds: [RECOVERY],
    offered: [],
    lane: 'recovery',
    chance: 2 ** -120,
    entries: (authenticator) => [{ id: `${RECOVERY}|${authenticator.id}`, type, authenticator }],
    readProof: (_mfa, params) => ({ value: params.required('recovery_code') }),
    bind: (mfa, _proof, step) => ({ candidates: usable(mfa, step) }),
    match(mfa, { value = '' }, candidate) {
      const parts = [candidate.userId, canonical(value)];
      if (!mfa.hash.matches('recovery-code', parts, candidate.credential)) return undefined;
      const next = issue(mfa, candidate.userId);
      return { credential: next.credential, recoveryCode: next.code };
    },
    amr: () => ['recovery'],
    wrong: errors.wrongRecoveryCode,
    issue,
    reseal: (mfa, { credential }) =>
      mfa.hash.isCurrent(credential) ? undefined : 'moves with use',
  };
  return type;
}

function usable(mfa: Mfa, { transaction, account, authenticators }: Step) {
  // An access token for the MFA audience confirms enrollments and nothing else.
  // And none shows what it would confirm.
  const codes =
    transaction.reusable || transaction.action
      ? []
      : authenticators.filter((it) => it.kind === RECOVERY && isUsable(mfa, account, it));
  if (codes.length === 0) throw errors.noRecoveryCode();
  return codes;
}
