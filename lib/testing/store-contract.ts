import { accountCases } from './contract/accounts.js';
import { auditCases } from './contract/audit.js';
import type { StoreCase } from './contract/case.js';
import { coarseCases } from './contract/coarse-windows.js';
import { commitCases } from './contract/commit.js';
import { identityCases } from './contract/identity.js';
import { idleAccountCases } from './contract/idle-accounts.js';
import { keepCases } from './contract/keep.js';
import { loadCases } from './contract/load.js';
import { purgeCases, purgeLoginCases } from './contract/purge.js';
import { raceCases } from './contract/races.js';
import { rollingCases } from './contract/rolling-windows.js';
import { windowCases } from './contract/windows.js';

/**
 * What every store must do, whatever it is made of, for any test runner. Each case asks for two `Stores` on the same
 * data and works under an issuer of its own, so they may share one database and run in any order, but not at once.
 * A broken promise rejects with a message that begins with the method: `commit(): of fifty commits …`.
 *
 * @example
 * ```ts
 * for (const { name, run } of storeContract) test(name, () => run(async () => [storesOne, storesTwo]))
 * ```
 */
export const storeContract: readonly StoreCase[] = [
  ...loadCases,
  ...identityCases,
  ...commitCases,
  ...keepCases,
  ...raceCases,
  ...windowCases,
  ...rollingCases,
  ...coarseCases,
  ...purgeCases,
  ...purgeLoginCases,
  ...idleAccountCases,
  ...accountCases,
  ...auditCases,
];
