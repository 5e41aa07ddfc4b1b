import type { Authenticator, Client, FirstProof, RequestInfo, User } from '../../ports/index.js';
import type { Step } from '../authenticator-type.js';
import { entriesOf, isEnrolled, isUsable, mayProve } from '../enrollment/enrolled.js';
import type { Mfa } from '../mfa.js';
import type { PolicyAnswer } from './policy.js';
import { provedFirst } from './proved-first.js';

/** What stands between a right password and a token. */
export type Demand =
  | { readonly needed: 'none' }
  | {
      readonly needed: 'enroll' | 'challenge';
      /** Kinds that the policy allows; empty = all. */
      readonly kinds: readonly string[];
      /** What cannot prove it, since it proved the first factor. */
      readonly first?: FirstProof | undefined;
    };

/** What the policy is asked about, beside the user. */
export interface PolicyQuestion {
  readonly client: Client;
  readonly audience: string;
  readonly request: RequestInfo;
}

/**
 * Whether this login needs a second factor. A user who has one is asked for it whatever the policy says: it can
 * only demand more (security.md R-003).
 *
 * @throws TypeError when the policy answers something that is no answer
 */
export async function demandOf(
  mfa: Mfa,
  user: User,
  own: readonly Authenticator[],
  login: PolicyQuestion,
): Promise<Demand> {
  const { wants, kinds } = await ask(mfa, user, login);
  const needed = isEnrolled(own) ? 'challenge' : 'enroll';
  if (needed === 'enroll' && wants === 'none') return { needed: 'none' };
  return { needed, kinds: wants === needed ? kinds : [], first: provedFirst(mfa, user) };
}

/** Kinds that the policy lets this user enroll; empty = all. */
export async function enrollableKinds(
  mfa: Mfa,
  user: User,
  question: PolicyQuestion,
): Promise<readonly string[]> {
  const { wants, kinds } = await ask(mfa, user, question);
  return wants === 'enroll' ? kinds : [];
}

/**
 * By which kinds the logins of this user have to be proved, one list for each audience that demands a second factor;
 * an empty list = any kind.
 */
export async function provedBy(
  mfa: Mfa,
  user: User,
  login: Omit<PolicyQuestion, 'audience'>,
): Promise<readonly (readonly string[])[]> {
  const { apis, defaultAudience } = mfa.settings;
  const audiences = [...new Set([defaultAudience, ...apis.keys(), mfa.audience])];
  const answers = audiences.map((audience) => ask(mfa, user, { ...login, audience }));
  return (await Promise.all(answers)).flatMap(({ wants, kinds }) =>
    wants === 'none' ? [] : [wants === 'challenge' ? kinds : []],
  );
}

interface Read {
  readonly wants: 'none' | 'challenge' | 'enroll';
  readonly kinds: readonly string[];
}

async function ask(
  mfa: Mfa,
  user: User,
  { client, audience, request }: PolicyQuestion,
): Promise<Read> {
  return read(await mfa.policy(user, client, audience, request));
}

function read(answer: PolicyAnswer): Read {
  if (answer === 'none' || answer === 'challenge' || answer === 'enroll') {
    return { wants: answer, kinds: [] };
  }
  for (const wants of ['challenge', 'enroll'] as const) {
    const kinds = (answer as Partial<Record<string, unknown>> | null | undefined)?.[wants];
    if (Array.isArray(kinds) && kinds.length > 0) return { wants, kinds };
  }
  throw new TypeError(
    "policy must answer 'none', 'challenge', 'enroll', { challenge: [kinds] } or { enroll: [kinds] }",
  );
}

/**
 * `mfa_requirements`: what may be enrolled, or what the user can be challenged with. One entry `oob` beside the
 * real kinds helps SDKs that filter by the name of the challenge (wire.md 3.4).
 */
export function requirements(
  mfa: Mfa,
  { account, authenticators }: Pick<Step, 'account' | 'authenticators'>,
  demand: Exclude<Demand, { readonly needed: 'none' }>,
) {
  const typed = (kinds: readonly string[]) => kinds.map((type) => ({ type }));
  if (demand.needed === 'enroll') {
    const allowed = (kind: string) => mayProve(demand, { kind });
    return { enroll: typed(mfa.types.flatMap(({ offered }) => offered).filter(allowed)) };
  }
  const entries = entriesOf(mfa, authenticators).filter(
    ({ authenticator: it }) => isUsable(mfa, account, it) && mayProve(demand, it),
  );
  const kinds = mfa.types
    .flatMap((type) => type.kinds)
    .filter((kind) => entries.some(({ authenticator }) => authenticator.kind === kind));
  const oob = entries.some(({ type }) => type.name === 'oob') ? ['oob'] : [];
  return { challenge: typed([...kinds, ...oob]) };
}
