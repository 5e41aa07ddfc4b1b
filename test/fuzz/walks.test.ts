// whatever order somebody takes the steps in, the app answers what a plain model of it says.
import { expect, test } from 'vitest';
import { walks } from './walks/run.js';

/** What the walks have to come by, or they prove little. */
const OFTEN = [
  'oob 200 ',
  'oob 403 invalid_grant',
  'oob 401 expired_token',
  'oob 400 invalid_request',
  'otp 200 ',
  'otp 403 invalid_grant',
  'otp 429 too_many_attempts',
  'recover 200 ',
  'recover 429 too_many_attempts',
  'associate 200 ',
  'associate 401 invalid_grant',
  'associate 403 access_denied',
  'associate 429 too_many_attempts',
  'challenge 200 ',
  'challenge 429 too_many_attempts',
  'remove 204 ',
  'remove 401 invalid_grant',
  'remove 403 access_denied',
];

test('R-012, R-144, B5: 300 random walks agree with the model on every answer and on what is enrolled', {
  timeout: 120_000,
}, async () => {
  const { failure, outcomes } = await walks({ seed: 20_261_124, numRuns: 300 });
  expect(failure).toBeUndefined();
  expect(OFTEN.filter((it) => (outcomes[it] ?? 0) < 10)).toEqual([]);
});
