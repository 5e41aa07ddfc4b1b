import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStores } from '../../lib/adapters/memory.js';
import { storeContract } from '../../lib/testing/store-contract.js';

describe('the store contract, in memory', () => {
  for (const { name, run } of storeContract) {
    it(name, async () => {
      const stores = memoryStores();
      await run(async () => [stores, stores]);
    });
  }
});

describe('memoryStores()', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('refuses to run in production', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => memoryStores()).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_MFA_MEMORY_STORE' }),
    );
  });
});
