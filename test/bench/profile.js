import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NOBODY = new Set(['(root)', '(idle)']);

function place({ functionName, url, lineNumber }) {
  const file = url.split('/node_modules/').at(-1).split('/dist/').at(-1);
  const at = url === '' ? '' : ` ${url.startsWith('node:') ? url : file}:${lineNumber + 1}`;
  return `${functionName || '(anonymous)'}${at}`;
}

/** µs on the main thread by function, from the one profile in the directory. */
function selfTimes(directory) {
  const [name] = readdirSync(directory);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(directory, name)));
  const places = new Map(nodes.map((node) => [node.id, place(node.callFrame)]));
  const times = new Map();
  for (const [n, id] of samples.entries()) {
    const key = places.get(id);
    if (!NOBODY.has(key)) times.set(key, (times.get(key) ?? 0) + timeDeltas[n]);
  }
  return times;
}

/** The functions that took most time on the main thread (signatures are made on the thread pool). */
export function profileReport(directory, flows, count = 25) {
  const times = [...selfTimes(directory)].sort((a, b) => b[1] - a[1]);
  const total = times.reduce((sum, [, time]) => sum + time, 0);
  const lines = times.slice(0, count).map(([name, time]) => {
    const share = ((100 * time) / total).toFixed(1).padStart(5);
    return `${(time / flows).toFixed(1).padStart(8)} µs ${share} %  ${name}`;
  });
  const heading = `Main thread, all rounds: ${(total / flows).toFixed(0)} µs per flow`;
  return [heading, ...lines].join('\n');
}
