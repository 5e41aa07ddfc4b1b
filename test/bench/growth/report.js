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

/**
 * @param rounds as `measure` gives them
 * @returns the table of the last round, with the lowest p99 ratio of all, by step
 */
export function stepReport(rounds, [small, big]) {
  const heads = [`p50 ${small}`, `p50 ${big}`, 'ratio', `p99 ${small}`, `p99 ${big}`, 'ratio'];
  const of = rounds.length;
  const lines = [row(`round ${of}, ms`, 18, [...heads, ...(of > 1 ? ['best ratio'] : [])])];
  for (const [name, sides] of Object.entries(rounds.at(-1))) {
    const cells = [0.5, 0.99].flatMap((share) => [
      ...sides.map((it) => percentile(it, share)),
      ratio(sides, share),
    ]);
    if (of > 1) cells.push(bestRatios(rounds)[name]);
    lines.push(
      row(
        name,
        18,
        cells.map((it) => it.toFixed(2)),
      ),
    );
  }
  return lines.join('\n');
}

/** The lowest p99 ratio of each step. */
export const bestRatios = (rounds) =>
  Object.fromEntries(
    Object.keys(rounds[0]).map((name) => [
      name,
      Math.min(...rounds.map((times) => ratio(times[name], 0.99))),
    ]),
  );

/** Bytes a record, with its part of the indexes: what the tables grew by. */
export function sizeReport({ empty, users, pending, count, waiting }) {
  const grew = (name, from, to, by) => (to[name].bytes - from[name].bytes) / by;
  const user = ['account', 'authenticator'].map((it) => grew(it, empty, users, count));
  const each = Object.fromEntries(TABLES.map((it) => [it, grew(it, users, pending, waiting)]));
  const all = sum(TABLES, (it) => each[it]) - each.account - each.audit;
  return [
    row('bytes', 34, ['with indexes']),
    row('user (account, phone, recovery)', 34, [Math.round(user[0] + user[1])]),
    row('  its account', 34, [Math.round(user[0])]),
    row('pending enrolment, all its rows', 34, [Math.round(all)]),
    row('  phone and recovery code', 34, [Math.round(each.authenticator)]),
    row('  login transaction', 34, [Math.round(each.transaction)]),
    row('  delivery', 34, [Math.round(each.delivery)]),
    row('  windows', 34, [Math.round(each.window)]),
    row('its events in the log', 34, [Math.round(each.audit)]),
    row('account of such a user', 34, [Math.round(each.account)]),
  ].join('\n');
}

/** What statements of a purge took, and how many rows they removed. */
export function purgeFigures(statements) {
  const times = statements.map(({ ms }) => ms);
  const [rows, ms] = [sum(statements, (it) => it.rows), sum(times, (it) => it)];
  return {
    rows,
    seconds: ms / 1000,
    most: Math.max(...statements.map((it) => it.rows)),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    slowest: Math.max(...times),
  };
}

export function purgeReport(statements) {
  const { rows, seconds, most, p50, p99, slowest } = purgeFigures(statements);
  return [
    `${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s;`,
    `${statements.length} statements of at most ${most} rows:`,
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, slowest ${slowest.toFixed(0)} ms`,
  ].join(' ');
}

const megabytesOf = (look) => sum(TABLES, (it) => look[it].bytes) / 1e6;

export function soakReport({ users, looks }, count) {
  const lines = [
    `soak: ${count} abandoned enrolments of ${users} users over sixty days; rows, and MB of all`,
    row('', 8, [...TABLES, 'MB']),
  ];
  for (const look of looks) {
    const cells = TABLES.map((it) => look[it].rows);
    lines.push(row(look.at, 8, [...cells, megabytesOf(look).toFixed(1)]));
  }
  return lines.join('\n');
}
