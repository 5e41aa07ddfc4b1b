import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

/** Share of the last ten seconds in which something waited for a processor; 0 where the kernel does not say. */
function waiting(): number {
  try {
    const line = /some avg10=([\d.]+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8'));
    return Number(line?.[1] ?? 0) / 100;
  } catch {
    return 0;
  }
}

/** A time limit, wider in the measure in which this machine is busy with other things, among them other tests. */
export const limit = (ms: number): number => {
  const [lately = 0] = loadavg();
  return Math.round(ms * Math.max(1 + waiting(), lately / availableParallelism() / 1.5));
};
