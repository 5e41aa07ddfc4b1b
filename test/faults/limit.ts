import { availableParallelism, loadavg } from 'node:os';

/** A time limit, wider in the measure in which others keep this machine busy. */
export const limit = (ms: number): number => {
  const [lately = 0] = loadavg();
  return ms * Math.max(1, lately / availableParallelism() / 1.5);
};
