// Whether what went out keeps within every budget.
import { expect } from 'vitest';
import { LIMITS, type Outcome, type Sent } from './mixed-sends.js';

const isFilm = (to: string) => /^\+(1555|447700900)/.test(to);
const isNumber = (to: string) => to.startsWith('+');
const countryOf = (to: string) => /^\+(1|44|49)/.exec(to)?.[1] ?? '';

/** Name of a budget: its limit, and what a message is counted under; undefined where it is not. */
const BUDGETS: Readonly<Record<string, readonly [number, (it: Sent) => string | undefined]>> = {
  'D10 user': [10, ({ user }) => user],
  'D11 number': [3, ({ to }) => to],
  'D12 address': [10, ({ from }) => (from.includes(':') ? '2001:db8:1:2::/64' : from)],
  'D12 network': [60, ({ from }) => (from.includes(':') ? undefined : from.replace(/\.\d+$/, ''))],
  'D13 block': [10, ({ to }) => (isNumber(to) && !isFilm(to) ? to.slice(0, -4) : undefined)],
  'D15 country': [50, ({ to }) => (isNumber(to) && !isFilm(to) ? countryOf(to) : undefined)],
  'D14 country': [LIMITS.perCountryPerHour, ({ to }) => (isNumber(to) ? countryOf(to) : undefined)],
  'D16 calls': [LIMITS.voicePerHour, ({ channel }) => (channel === 'voice' ? channel : undefined)],
  'D16 calls to enroll': [
    LIMITS.voicePerHour / 2,
    ({ channel, purpose }) => (channel === 'voice' && purpose === 'enroll' ? channel : undefined),
  ],
  'D16 all': [Math.min(LIMITS.totalPerHour, LIMITS.totalPerDay), () => 'all'],
  'D16 all enrollments': [
    LIMITS.totalPerDay / 2,
    ({ purpose }) => (purpose === 'enroll' ? 'all' : undefined),
  ],
};

/** The most that one key of each budget got. */
function used(sent: readonly Sent[]): Record<string, number> {
  const most = Object.entries(BUDGETS).map(([name, [, keyOf]]) => {
    const counts = new Map<string, number>();
    for (const it of sent) {
      const key = keyOf(it);
      if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [name, Math.max(0, ...counts.values())] as const;
  });
  return Object.fromEntries(most);
}

/** No budget is exceeded, and those that the requests are made for are used up to the last message. */
export function expectBudgetsHeld(outcomes: readonly Outcome[], messages: number): void {
  const sent = outcomes.flatMap((it) => it.sent);
  expect(sent).toHaveLength(messages);
  const statuses = outcomes.flatMap((it) => Object.keys(it.statuses));
  expect([...new Set(statuses)].sort()).toEqual(['200', '429', '503']);
  const most = used(sent);
  for (const [name, [limit]] of Object.entries(BUDGETS)) {
    expect(most[name], name).toBeLessThanOrEqual(limit);
  }
  const full = [
    'D11 number',
    'D12 address',
    'D13 block',
    'D15 country',
    'D14 country',
    'D16 calls',
    'D16 all',
  ];
  for (const name of full) expect(most[name], name).toBe(BUDGETS[name]?.[0]);
}
