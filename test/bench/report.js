/** Numbers to text. */

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

const sum = (phases, member) => phases.reduce((total, phase) => total + phase[member], 0);

/** Of all phases of one server: flows per second, latency in ms, CPU in µs per flow. */
function figures(phases) {
  const latencies = phases.flatMap((phase) => phase.latencies);
  return [
    (latencies.length / sum(phases, 'elapsed')) * 1000,
    percentile(latencies, 0.5),
    percentile(latencies, 0.99),
    median(phases.map((phase) => phase.cpu / phase.latencies.length)),
  ];
}

/** CPU of the left server over that of the right one in each round. */
function ratios(left, right) {
  return left.map((phase, round) => phase.cpu / right[round].cpu);
}

/** Both flows of a round as one phase. */
function together(phases) {
  return phases.enrolment.map((enrolment, round) => ({
    cpu: enrolment.cpu + phases.login[round].cpu,
    elapsed: enrolment.elapsed + phases.login[round].elapsed,
    latencies: [...enrolment.latencies, ...phases.login[round].latencies],
  }));
}

const row = (cells) =>
  cells
    .map((cell, n) => (n < 2 ? cell.padEnd(12) : cell.padStart(12)))
    .join('')
    .trimEnd();

const print = (name, server, [perSecond, p50, p99, cpu]) =>
  row([name, server, perSecond.toFixed(0), p50.toFixed(2), p99.toFixed(2), cpu.toFixed(0)]);

/**
 * @param measured `{ [server]: { enrolment: Phase[], login: Phase[] } }`, the compared server first
 * @returns the table, and the CPU ratio of each flow (median over the rounds)
 */
export function report(measured) {
  const [[left, ours], [right, others]] = Object.entries(measured);
  const flows = {
    enrolment: [ours.enrolment, others.enrolment],
    login: [ours.login, others.login],
    overall: [together(ours), together(others)],
  };
  const lines = [row(['flow', 'server', 'flows/s', 'p50 ms', 'p99 ms', 'CPU µs/flow'])];
  const cpuRatios = {};
  for (const [name, [one, other]] of Object.entries(flows)) {
    const perRound = ratios(one, other);
    cpuRatios[name] = median(perRound);
    lines.push(print(name, left, figures(one)), print(name, right, figures(other)));
    const speed = figures(one).map((value, n) => value / figures(other)[n]);
    speed[3] = cpuRatios[name];
    lines.push(row([name, 'ratio', ...speed.map((value) => value.toFixed(2))]));
    const range = `${Math.min(...perRound).toFixed(2)} to ${Math.max(...perRound).toFixed(2)}`;
    lines.push(`${''.padEnd(12)}CPU ratio per round: ${range}`, '');
  }
  return { text: lines.join('\n'), cpuRatios };
}
