import type { Account, Changes, EventMembers } from '../../ports/index.js';
import type { Happening } from '../audit.js';
import type { Charged } from './charge-guess.js';
import type { Verified } from './claim.js';

/** What a right proof changed, and what it was judged by. */
interface Claimed {
  readonly result: Verified;
  readonly changes: Changes;
}

interface Context {
  readonly charged: Charged;
  /** As it stood before. */
  readonly account: Account;
  readonly about: EventMembers;
}

/** One event for each thing that a right proof changes (security.md R-142). */
export function eventsOf(claimed: Claimed, context: Context) {
  const { result: verified, changes } = claimed;
  const { charged, account, about } = context;
  const { confirmed, recoveryCode, delivery, transaction, authenticator } = verified;
  const who = {
    ...about,
    authenticatorId: authenticator.id,
    ...(delivery && { channel: delivery.channel, country: delivery.country }),
    ...(delivery?.country !== undefined && { country: delivery.country }),
  };
  const began = delivery?.createdAt ?? transaction.createdAt;
  const events: readonly Happening[] = [
    { event: 'mfa.verify.ok', ...who, duration: Math.max(0, verified.at - began) },
    ...(transaction.reusable ? [] : [{ event: 'mfa_token.consumed' as const, ...about }]),
    ...(confirmed ? [{ event: 'authenticator.associate.confirmed' as const, ...who }] : []),
    ...(confirmed ? settled(changes, about) : []),
    ...(recoveryCode === undefined
      ? []
      : [
          { event: 'recovery.used' as const, ...who },
          { event: 'recovery.regenerated' as const, ...who },
        ]),
    ...(changes.account?.reopenedAt === account.reopenedAt
      ? []
      : [{ event: 'mfa.lock.ended' as const, ...about, reason: 'known_device' }]),
  ];
  // Told nobody: nobody was told of its start either.
  const opened = { event: 'mfa.lock.ended' as const, ...about, reason: 'passed' };
  return { events, quiet: charged.closes ? [opened] : [] };
}

/** The recovery code that became active with it, and the enrollments that ended. */
function settled({ put, remove }: Changes, about: EventMembers): readonly Happening[] {
  const [, ...activated] = put?.authenticators ?? [];
  return [
    ...activated.map(({ id, kind }) => ({
      event: 'authenticator.associate.confirmed' as const,
      ...about,
      authenticatorId: id,
      kind,
    })),
    ...(remove?.authenticators ?? []).map((id) => ({
      event: 'authenticator.associate.expired' as const,
      ...about,
      authenticatorId: id,
      reason: 'settled',
    })),
  ];
}
