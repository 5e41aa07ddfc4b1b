/** Numbers to text. */
import { TABLES } from './database.js';

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

const row = (first, width, cells) =>
  `${first.padEnd(width)}${cells.map((it) => String(it).padStart(14)).join('')}`;

const sum = (list, of) => list.reduce((total, it) => total + of(it), 0);

const ratio = (sides, share) => percentile(sides[1], share) / percentile(sides[0], share);

/** The ratio that one in forty measurements of two equal sides exceeds: those measured one after the other, swapped at random. */
function byChance([one, other], share) {
  const shuffled = () => {
    const swap = one.map(() => Math.random() < 0.5);
    const side = (n) => one.map((ms, i) => (swap[i] === (n === 0) ? other[i] : ms));
    return ratio([side(0), side(1)], share);
  };
  return percentile(Array.from({ length: 400 }, shuffled), 0.975);
}

/** @returns the table of the steps, and those whose p99 ratio is above `limit`, and above chance */
export function stepReport(times, [small, big], limit) {
  const heads = [`p50 ${small}`, `p50 ${big}`, 'ratio', `p99 ${small}`, `p99 ${big}`, 'ratio'];
  const lines = [row('step (ms)', 18, [...heads, 'by chance'])];
  const above = [];
  for (const [name, sides] of Object.entries(times)) {
    const cells = [0.5, 0.99].flatMap((share) => [
      ...sides.map((it) => percentile(it, share)),
      ratio(sides, share),
    ]);
    const chance = byChance(sides, 0.99);
    if (cells[5] > Math.max(limit, chance)) above.push(name);
    const texts = [...cells, chance].map((it) => it.toFixed(2));
    lines.push(row(name, 18, texts));
  }
  return { text: lines.join('\n'), above };
}

/** Bytes a record, with its part of the indexes: what the tables grew by. */
export function sizeReport({ empty, users, pending, count, waiting }) {
  const grew = (name, from, to, by) => (to[name].bytes - from[name].bytes) / by;
  const user = ['account', 'authenticator'].map((it) => grew(it, empty, users, count));
  const each = Object.fromEntries(TABLES.map((it) => [it, grew(it, users, pending, waiting)]));
  const all = sum(TABLES, (it) => each[it]) - each.account;
  return [
    row('bytes', 34, ['with indexes']),
    row('user (account, phone, recovery)', 34, [Math.round(user[0] + user[1])]),
    row('  its account', 34, [Math.round(user[0])]),
    row('pending enrolment, all its rows', 34, [Math.round(all)]),
    row('  phone and recovery code', 34, [Math.round(each.authenticator)]),
    row('  login transaction', 34, [Math.round(each.transaction)]),
    row('  delivery', 34, [Math.round(each.delivery)]),
    row('  windows', 34, [Math.round(each.window)]),
    row('account of such a user, stays', 34, [Math.round(each.account)]),
  ].join('\n');
}

export function purgeReport(batches, waiting) {
  const times = batches.map(({ ms }) => ms);
  const [rows, ms] = [sum(batches, (it) => it.rows), sum(batches, (it) => it.ms)];
  const tenth = Math.max(1, Math.floor(batches.length / 10));
  const mean = (list) => (sum(list, (it) => it.ms) / sum(list, (it) => it.rows)) * 1000;
  const [first, last] = [mean(batches.slice(0, tenth)), mean(batches.slice(-tenth))];
  return [
    `purge of ${waiting} expired enrolments: ${rows} rows in ${(ms / 1000).toFixed(1)} s,`,
    `${Math.round((rows / ms) * 1000)} rows/s; ${batches.length} batches of`,
    `p50 ${percentile(times, 0.5).toFixed(0)} ms, p99 ${percentile(times, 0.99).toFixed(0)} ms;`,
    `ms per 1000 rows in the first tenth ${first.toFixed(1)}, in the last ${last.toFixed(1)}`,
  ].join('\n');
}

export function soakReport({ users, days }, count) {
  const lines = [
    `soak: ${count} abandoned enrolments of ${users} users over five days; rows, and MB of all`,
    row('', 10, [...TABLES, 'MB']),
  ];
  for (const { at, ...tables } of days) {
    const megabytes = sum(TABLES, (it) => tables[it].bytes) / 1e6;
    lines.push(row(at, 10, [...TABLES.map((it) => tables[it].rows), megabytes.toFixed(1)]));
  }
  return lines.join('\n');
}

/** Tables with more on the last day than a fifth above the second, when every window has filled up. */
export function grown({ days }) {
  const [second, last] = [days[1], days.at(-2)];
  return TABLES.filter((it) => last[it].rows > 1.2 * second[it].rows + 50);
}
