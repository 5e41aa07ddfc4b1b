/** What `--check` refuses. */
import { TABLES } from './database.js';
import { bestRatios, purgeFigures } from './report.js';

/** Of a purge: rows, and ms (p99), of one statement; ms that it may be behind. */
const MOST_ROWS = 5000;
const LONGEST = 100;
const BEHIND = 120_000;
/** From this day of the soak on nothing may grow: the last thing to go is an account, 33 days after its user left. */
const LEVEL_FROM = 40;
/** What still counts as level: a fifth more, and some rows and pages. */
const SHARE = 1.2;
const [ROWS, BYTES] = [50, 500_000];

/** Steps whose p99 with many users was above the limit in every round. */
export const tooSlow = (rounds, limit) =>
  Object.entries(bestRatios(rounds)).flatMap(([step, ratio]) =>
    ratio > limit
      ? [`${step}: its p99 is ${ratio.toFixed(2)} times as long with many users; ${limit} at most.`]
      : [],
  );

export function heavy(what, statements) {
  const { most, p99 } = purgeFigures(statements);
  const problems = [];
  if (most > MOST_ROWS) problems.push(`${what}: a statement removed ${most} rows.`);
  if (p99 > LONGEST) problems.push(`${what}: the p99 of its statements is ${p99.toFixed(0)} ms.`);
  return problems;
}

export const late = ({ behind }) =>
  behind > BEHIND ? [`The purge was ${Math.round(behind / 1000)} s behind.`] : [];

export const scanned = (scans) => (scans > 0 ? [`${scans} scans of whole tables.`] : []);

export const lasting = (soaked) =>
  soaked.lasting > 0 ? [`${soaked.lasting} keys in Redis expire too late or never.`] : [];

/** Tables with more rows or bytes on the last day than when everything had become level. */
export function grown({ looks }) {
  const [level, last] = [looks.find((it) => it.day >= LEVEL_FROM), looks.at(-2)];
  const grew = (table, measure, slack) =>
    last[table][measure] > SHARE * level[table][measure] + slack
      ? [
          `mfa_${table} went on growing: ${level[table][measure]} to ${last[table][measure]} ${measure}.`,
        ]
      : [];
  return TABLES.flatMap((it) => [...grew(it, 'rows', ROWS), ...grew(it, 'bytes', BYTES)]);
}
