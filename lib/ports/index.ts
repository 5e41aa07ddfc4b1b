export type * from './clients.js';
export { type Clock, systemClock } from './clock.js';
export type * from './events.js';
export { logId, type Random, systemRandom } from './random.js';
export type * from './records.js';
export type * from './sender.js';
export type * from './store.js';
export type * from './users.js';
