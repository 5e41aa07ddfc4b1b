import { storeContract as published } from '../../lib/testing/store-contract.js';
import { accountCases } from './contract/accounts.js';

export const storeContract = [...published, ...accountCases];
