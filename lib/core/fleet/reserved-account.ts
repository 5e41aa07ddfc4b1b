import type { Account } from '../../ports/index.js';
import type { Happening } from '../audit.js';
import { commitWith } from '../commit.js';
import type { Mfa } from '../mfa.js';

/**
 * State that belongs to the issuer and not to a user stands in accounts of ids that no user can have: longer than
 * `asUser` lets through, and than every store has to keep. So it has the guard of every account, its version, and
 * no store needs a table for it.
 */
const LENGTH = 300;
const PREFIX = 'express-mfa ';

const idOf = (topic: string): string => `${PREFIX}${topic} `.padEnd(LENGTH, '.');

/** Whether an id that `accounts()` gave is one of these, and no user's. */
export const isReserved = (userId: string): boolean =>
  userId.length === LENGTH && userId.startsWith(PREFIX);

/** What a topic holds, as JSON; `version` grows with every change, and is 0 as long as there was none. */
export interface Held {
  readonly version: number;
  readonly state: string | undefined;
}

/** Costs one round trip. @throws OAuthError 503 when the store fails */
export async function readReserved({ store }: Pick<Mfa, 'store'>, topic: string): Promise<Held> {
  const { account } = await store.load({ userId: idOf(topic) });
  return { version: account?.version ?? 0, state: account?.state };
}

/**
 * Changes it by compare-and-set: `change` is asked again when somebody else was faster.
 *
 * @param change - gives the new state, or undefined to leave it as it is
 * @param happened - the events about it, asked after `change`
 * @param until - when (ms) nobody asks for it any more; left out, it is kept for good
 * @returns what stands now
 * @throws OAuthError 429 when others keep changing it, 503 when the store fails
 */
export function changeReserved(
  mfa: Mfa,
  topic: string,
  change: (state: string | undefined) => string | undefined,
  happened: () => readonly Happening[] = () => [],
  until?: () => number,
): Promise<Held> {
  return commitWith<Held>(mfa, async () => {
    const account = (await mfa.store.load({ userId: idOf(topic) })).account as Account;
    const { version } = account;
    const state = change(account.state);
    if (state === undefined) {
      return { changes: undefined, result: { version, state: account.state } };
    }
    return {
      changes: { account: { ...account, state, ...(until && { expiresAt: until() }) } },
      events: happened(),
      result: { version: version + 1, state },
    };
  });
}
