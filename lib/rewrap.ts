import { commitWith } from './core/commit.js';
import { isReserved } from './core/fleet/reserved-account.js';
import type { Mfa } from './core/mfa.js';
import type { Authenticator } from './ports/index.js';

/** How `rewrap` goes about it. */
export interface RewrapOptions {
  /** Users whose ids are read at once. Default 500. */
  readonly batch?: number | undefined;
  /** Called after each batch, with what was done so far. */
  readonly onProgress?: ((sofar: RewrapResult) => void) | undefined;
  /** Stops it between two users. What was done is done; the next run goes on with the rest. */
  readonly signal?: AbortSignal | undefined;
}

/** What was done: counts of authenticators, but for `users`. */
export interface RewrapResult {
  /** Users that were looked at. */
  readonly users: number;
  /** Brought under the current keys. */
  readonly resealed: number;
  /** Recovery codes under an earlier pepper. Only their use brings them under the current one. */
  readonly movingWithUse: number;
  /** No key opens them: left as they are; an event tells which. */
  readonly failed: number;
  /** Of a kind that no configured authenticator type knows: left as they are. */
  readonly unknown: number;
}

type Counts = { -readonly [name in keyof RewrapResult]: number };

/**
 * Brings what earlier keys sealed or indexed under the current ones, one user after the other: afterwards the
 * previous encryption keys can go. Safe while serving, since each user is changed in one guarded commit, and safe to
 * run again or twice at once. Run it when every process uses the new keys (docs/keys.md).
 *
 * @throws Error when the store fails, or with the reason of `signal`
 * @example
 * ```ts
 * const { failed } = await rewrap(mfa)
 * ```
 */
export async function rewrap(mfa: Mfa, options: RewrapOptions = {}): Promise<RewrapResult> {
  const { batch = 500, onProgress, signal } = options;
  const sum: Counts = { users: 0, resealed: 0, movingWithUse: 0, failed: 0, unknown: 0 };
  let after: string | undefined;
  for (;;) {
    const users = await mfa.store.accounts(after, batch);
    after = users.at(-1);
    if (after === undefined) return sum;
    for (const userId of users.filter((it) => !isReserved(it))) {
      signal?.throwIfAborted();
      const counts = await rewrapUser(mfa, userId);
      for (const name of Object.keys(counts) as (keyof Counts)[]) sum[name] += counts[name];
    }
    onProgress?.({ ...sum });
  }
}

/** Counts are those of the try that was committed. */
function rewrapUser(mfa: Mfa, userId: string): Promise<Counts> {
  return commitWith(mfa, async () => {
    const { account, authenticators } = await mfa.store.load({ userId });
    const result = { users: 1, resealed: 0, movingWithUse: 0, failed: 0, unknown: 0 };
    const put: Authenticator[] = [];
    for (const authenticator of authenticators) {
      const moved = resealed(mfa, authenticator);
      if (moved === undefined) continue;
      if (typeof moved === 'string') result[moved]++;
      else put.push(moved);
    }
    result.resealed = put.length;
    const changes = put.length > 0 ? { account, put: { authenticators: put } } : undefined;
    const events = put.map(({ id, kind }) => ({
      event: 'key.rotated' as const,
      userId,
      authenticatorId: id,
      kind,
    }));
    return { changes, events, result };
  });
}

function resealed(mfa: Mfa, authenticator: Authenticator) {
  const type = mfa.types.find(({ kinds }) => kinds.includes(authenticator.kind));
  if (!type?.reseal) return 'unknown';
  try {
    const moved = type.reseal(mfa, authenticator);
    return moved === 'moves with use' ? 'movingWithUse' : moved;
  } catch {
    return 'failed'; // the type has raised the alarm
  }
}
