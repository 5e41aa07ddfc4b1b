import type { Delivery, Window } from '../../ports/index.js';
import { callerAddress } from '../caller-address.js';
import type { SharedState } from '../fleet/shared-state.js';
import type { Mfa } from '../mfa.js';
import { conversionWindow } from './conversion.js';
import type { Outgoing } from './delivery.js';
import { addressWindows, type SendBudget } from './send-budget.js';

/** What a message is counted against, beside the login and the user (security.md D11 to D16). */
export type BudgetName =
  | 'address'
  | 'ip'
  | 'network'
  | 'prefix'
  | 'country'
  | 'voice'
  | 'total'
  | 'conversion';

export interface BudgetWindow extends Window {
  readonly budget: BudgetName;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/*
 * Limits of hundreds and thousands are counted in steps of time, so a full window opens up to one step later than exact.
 * One key always has the same step.
 */
const byHour = (budget: BudgetName, key: string, limit: number): BudgetWindow => ({
  budget,
  key: `send:1h:${key}`,
  limit,
  length: HOUR,
  resolution: MINUTE,
});
const byDay = (budget: BudgetName, key: string, limit: number): BudgetWindow => ({
  budget,
  key: `send:24h:${key}`,
  limit,
  length: DAY,
  resolution: 15 * MINUTE,
});

/** Half of the total is for logins with active factors, so enrollments cannot use it up (D16). */
const half = (limit: number): number => Math.ceil(limit / 2);

/** All windows over many users that one message takes a unit in. */
export function sendWindows(
  mfa: Mfa,
  { carrier, delivery, request, again }: Outgoing,
  state: SharedState,
): readonly BudgetWindow[] {
  const limits = mfa.settings.sends;
  const { addresses, channel } = carrier;
  const { purpose } = delivery;
  // A code that goes out once more counts as one message for its number (F-04), but it is paid for twice.
  const number = again ? [] : addressWindows(addresses, limits, purpose);
  return [
    ...number.map((it) => ({ ...it, budget: 'address' as const })),
    ...fromWhere(mfa, request.ip, limits),
    ...toWhere(mfa, carrier.reach, limits),
    ...(delivery.country === undefined ? [] : [conversionWindow(mfa, state, delivery.country)]),
    ...inAll(limits, channel, purpose),
  ];
}

/** Who asks (D12). The address itself is not kept, and no count starts anew when the pepper is rotated. */
function fromWhere(mfa: Mfa, ip: string, limits: SendBudget): readonly BudgetWindow[] {
  const from = callerAddress(ip);
  if (!from) return [];
  const ips = mfa.hash.all('address', ['ip', from.address]).flatMap((hash) => [
    { key: `send:1h:ip:${hash}`, limit: limits.perIpPerHour, length: HOUR },
    { key: `send:24h:ip:${hash}`, limit: limits.perIpPerDay, length: DAY },
  ]);
  const { network } = from;
  const networks = network === undefined ? [] : mfa.hash.all('address', ['network', network]);
  return [
    ...ips.map((it) => ({ ...it, budget: 'ip' as const })),
    ...networks.map((hash) => ({
      budget: 'network' as const,
      key: `send:1h:network:${hash}`,
      limit: limits.perNetworkPerHour,
      length: HOUR,
    })),
  ];
}

/** Whom it reaches (D13, D14). Fictional numbers are no block that somebody earns with. */
function toWhere(
  mfa: Mfa,
  reach: Outgoing['carrier']['reach'],
  limits: SendBudget,
): readonly BudgetWindow[] {
  if (!reach) return [];
  const { country, prefix, fictional } = reach;
  const prefixes = fictional ? [] : mfa.hash.all('address', ['prefix', prefix]);
  return [
    ...prefixes.map((hash) => ({
      budget: 'prefix' as const,
      key: `send:1h:prefix:${hash}`,
      limit: limits.perPrefixPerHour,
      length: HOUR,
    })),
    byHour('country', `country:${country}`, limits.perCountryPerHour),
    byDay('country', `country:${country}`, limits.perCountryPerDay),
  ];
}

/** The money bound (D16). */
function inAll(
  limits: SendBudget,
  channel: string,
  purpose: Delivery['purpose'],
): readonly BudgetWindow[] {
  const all = [
    byHour('total', 'total', limits.totalPerHour),
    byDay('total', 'total', limits.totalPerDay),
    ...(channel === 'voice' ? [byHour('voice', 'voice', limits.voicePerHour)] : []),
  ];
  if (purpose !== 'enroll') return all;
  const shares = all.map((it) => ({ ...it, key: `${it.key}:enroll`, limit: half(it.limit) }));
  return [...all, ...shares];
}

/** Notices to everybody, which have no login that bounds them: as many as enrollments may be. */
export const noticeWindows = ({ settings: { sends } }: Mfa): readonly Window[] => [
  byHour('total', 'notice', half(sends.totalPerHour)),
  byDay('total', 'notice', half(sends.totalPerDay)),
];
