import { commitWith } from './commit.js';
import { cutOff } from './cut-off.js';
import { goneEvents } from './enrollment/removal-events.js';
import { isRecovering, reopened, unlocked } from './guesses/guess-lanes.js';
import type { Mfa } from './mfa.js';
import { endFamilies } from './oauth/refresh-families.js';

/*
 * What the host tells about its users. Each is one commit, so a login that is under way at that moment either
 * finished before it or is refused.
 */

/** Logins, codes, refresh tokens and tokens for our own endpoints from before now are dead. */
export async function passwordChanged(mfa: Mfa, userId: string): Promise<void> {
  await commitWith(mfa, async () => {
    const { account, authenticators } = await mfa.store.load({ userId });
    if (!account) return { changes: undefined, result: undefined };
    const now = mfa.clock.now();
    const pending = authenticators.filter(({ status }) => status === 'pending');
    const recovered = isRecovering(account, now) ? reopened(mfa, account, now) : account;
    const { recoveredAt: _, ...next } = cutOff(recovered, now);
    return {
      changes: { account: next, remove: { authenticators: pending.map(({ id }) => id) } },
      events: [
        { event: 'password.changed', userId },
        ...goneEvents(pending, 'password_changed'),
        ...(recovered.reopenedAt === account.reopenedAt
          ? []
          : [{ event: 'mfa.lock.ended' as const, userId, reason: 'recovered' }]),
      ],
      result: undefined,
    };
  });
  await endFamilies(mfa, userId); // they are refused already, since their login began before
}

/** Everything that is kept for the user is gone but the count of it, for the tokens that are still out. */
export async function userDeleted(mfa: Mfa, userId: string): Promise<void> {
  await commitWith(mfa, async () => {
    const { account, authenticators } = await mfa.store.load({ userId });
    if (!account) return { changes: undefined, result: undefined };
    const { version, cutOff: before } = account;
    const empty = { userId, version, lanes: {}, failures: {}, logins: {}, sends: [] };
    return {
      changes: {
        account: cutOff({ ...empty, cutOff: before }, mfa.clock.now()),
        remove: { authenticators: authenticators.map(({ id }) => id) },
      },
      events: [{ event: 'user.deleted', userId }, ...goneEvents(authenticators, 'user_deleted')],
      result: undefined,
    };
  });
  await endFamilies(mfa, userId, { gone: true });
}

/** Opens the lane for unknown devices at once, whatever closed it: an administrator's decision. */
export async function unlock(mfa: Mfa, userId: string): Promise<void> {
  await commitWith(mfa, async () => {
    const { account } = await mfa.store.load({ userId });
    const changes = account && { account: unlocked(account) };
    return {
      changes,
      events: [{ event: 'mfa.lock.ended', userId, reason: 'administrator' }],
      result: undefined,
    };
  });
}
