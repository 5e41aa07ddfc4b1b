import type { Authenticator, FirstProof, LoginTransaction, User } from '../../ports/index.js';
import type { Mfa } from '../mfa.js';

/** Kinds of authenticators by the `amr` of their proof, where it is not the kind itself. */
const KINDS: Readonly<Record<string, string>> = { sms: 'phone', tel: 'phone' };

const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * How the first factor passed, for the tokens to come. No host states `mfa` there: it is what a second factor adds.
 *
 * @throws TypeError when the host answers methods that are none
 */
export function firstMethods({ firstFactor }: User): readonly string[] {
  if (firstFactor === undefined) return ['pwd'];
  const { amr } = firstFactor;
  const isMethod = (it: unknown) => typeof it === 'string' && it !== '' && it !== 'mfa';
  if (Array.isArray(amr) && amr.length > 0 && amr.every(isMethod)) return amr;
  throw new TypeError("user.firstFactor.amr must list what passed, for example ['email']");
}

/**
 * What the first factor of a login went through, so that the second one goes another way: whoever reads the mailbox
 * that a link to log in went to reads the code that is sent there as well (security.md R-002; NIST SP 800-63B-4
 * section 2.2.1).
 *
 * @throws TypeError when the host answers methods or a number that are none
 */
export function provedFirst(mfa: Mfa, user: User): FirstProof | undefined {
  if (user.firstFactor === undefined) return undefined;
  const { phoneNumber } = user.firstFactor;
  if (phoneNumber !== undefined && !E164.test(phoneNumber)) {
    throw new TypeError('user.firstFactor.phoneNumber must be E.164, +15555550123');
  }
  const kinds = firstMethods(user).map((method) => KINDS[method] ?? method);
  if (phoneNumber === undefined) return { kinds, addresses: [] };
  const addresses = mfa.hash.all('address', ['phone', phoneNumber]);
  return { kinds: kinds.filter((it) => it !== 'phone'), addresses };
}

/** Whether the first factor of this login went the same way already. */
export const isProvedFirst = (
  { first }: Pick<LoginTransaction, 'first'>,
  { kind, address }: Pick<Authenticator, 'kind' | 'address'>,
): boolean =>
  first !== undefined &&
  (first.kinds.includes(kind) || (address !== undefined && first.addresses.includes(address)));
