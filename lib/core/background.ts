import type { Mfa } from './mfa.js';

/** What runs on without anybody waiting for it. */
export function backgroundOf(emit: Mfa['emit']): Pick<Mfa, 'inBackground' | 'settled'> {
  const running = new Set<Promise<unknown>>();
  return {
    inBackground(work) {
      const ends = work
        .catch((cause: unknown) => emit({ event: 'server_error', cause }))
        .finally(() => running.delete(ends));
      running.add(ends);
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
