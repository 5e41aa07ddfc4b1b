// random walks of the flow against a plain model of it.
import { expect, test } from 'vitest';
import { unhandledRejections } from '../attacks/unhandled-rejections.js';
import { cases, path, replay, seed } from './budget.js';
import { walks } from './walks/run.js';

/** Commands in a walk, on average. */
const PER_WALK = 45;

const unhandled = unhandledRejections();

test('R-012, R-144: random walks agree with the model on every answer and on what is enrolled', {
  timeout: 0,
}, async () => {
  const numRuns = Math.max(1, Math.ceil(cases / PER_WALK));
  const walked = await walks({ seed, numRuns, path });
  console.log(`walks: ${numRuns} walks, seed ${seed}`);
  if (process.env['FUZZ_VERBOSE']) console.log(walked.outcomes);
  if (walked.failure) console.error(replay('walks', walked));
  expect(walked.failure ?? '').toBe('');
  expect(unhandled).toEqual([]);
});
