/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The rank test of Mann and Whitney: how many standard deviations the ranks of `b` lie above those that two samples of
 * one distribution have. Times have ties at most by chance, so there is no correction for them.
 */
export function rankTest(a, b) {
  const all = [...a.map((value) => ({ value, ofB: 0 })), ...b.map((value) => ({ value, ofB: 1 }))];
  all.sort((x, y) => x.value - y.value);
  const ranks = all.reduce((sum, { ofB }, i) => sum + ofB * (i + 1), 0);
  const [n, m] = [a.length, b.length];
  const u = ranks - (m * (m + 1)) / 2;
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}
