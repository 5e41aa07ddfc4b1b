import { randomBytes, randomFillSync, randomInt, randomUUID } from 'node:crypto';

/** Chance. Must be a cryptographically secure source; tests may hand in a fixed one. */
export interface Random {
  /** `size` random bytes. */
  bytes(size: number): Buffer;
  /** A whole number from 0 up to, not including, `limit`, without bias. */
  integer(limit: number): number;
}

/** The operating system's generator through node:crypto; small requests are served from one pool. */
export function systemRandom(): Random {
  const pool = Buffer.alloc(4096);
  let used = pool.length;
  return {
    bytes(size) {
      if (size > 256) return randomBytes(size);
      if (used + size > pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      const bytes = Buffer.from(pool.subarray(used, used + size));
      pool.fill(0, used, used + size); // never handed out twice, and not left behind
      used += size;
      return bytes;
    },
    integer: (limit) => randomInt(0, limit),
  };
}

/** An id that only has to be unique, for logs: it is there even when the host's own `Random` is not. */
export const logId = (): string => randomUUID();
