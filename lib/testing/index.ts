export type { OutboxMessage, OutboxSender } from '../adapters/senders/outbox.js';
export type { Store, Stores } from '../ports/index.js';
export { type TestClock, testClock } from './clock.js';
export type { MakeStores, StoreCase } from './contract/case.js';
export { type TestOutbox, testOutbox } from './outbox.js';
export { storeContract } from './store-contract.js';
