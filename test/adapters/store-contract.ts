// What every store must do, whatever it is made of. The cases need no particular test runner: each throws
// when the store breaks the promise that its name makes. Each works under an issuer of its own, so they may
// share one database and run in any order.
import { commitCases } from './contract/commit.js';
import type { Case } from './contract/harness.js';
import { loadCases } from './contract/load.js';
import { purgeCases } from './contract/purge.js';
import { raceCases } from './contract/races.js';
import { windowCases } from './contract/windows.js';

export type { Case, MakeStores } from './contract/harness.js';

/** Two `Stores` on the same data are asked for: two connections or processes where there are such. */
export const storeContract: readonly Case[] = [
  ...loadCases,
  ...commitCases,
  ...raceCases,
  ...windowCases,
  ...purgeCases,
];
