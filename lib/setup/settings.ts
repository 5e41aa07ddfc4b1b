import type { LaneLimits } from '../core/guesses/guess-budget.js';
import type { Settings } from '../core/mfa.js';
import { configurationError } from '../errors.js';
import type { MfaOptions } from '../options.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A number of an option: its default, and how far it may be moved. */
interface Range {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/** `lifetimes`, in seconds (security.md D2, D17, D19, D20, D22, D27). */
export const LIFETIMES = {
  mfaToken: { fallback: 600, min: 60, max: 600 },
  bindingCode: { fallback: 300, min: 30, max: 600 },
  enrollment: { fallback: 600, min: 60, max: 600 },
  accessToken: { fallback: 86_400, min: 60, max: 86_400 },
  mfaAccessToken: { fallback: 600, min: 60, max: 600 },
  idToken: { fallback: 36_000, min: 60, max: 86_400 },
  sessionIdle: { fallback: 1800, min: 60, max: 3600 },
  session: { fallback: 86_400, min: 60, max: 86_400 },
  refreshTokenIdle: { fallback: 1_209_600, min: 60, max: 2_592_000 },
  refreshToken: { fallback: 2_592_000, min: 60, max: 7_776_000 },
} as const satisfies Record<string, Range>;

/** `guesses` (security.md D3-D9, D17). */
export const GUESSES = {
  perChallenge: { fallback: 5, min: 3, max: 5 },
  perTransaction: { fallback: 10, min: 3, max: 10 },
  perDay: { fallback: 15, min: 5, max: 15 },
  perMonth: { fallback: 60, min: 15, max: 60 },
  untilDisabled: { fallback: 50, min: 15, max: 100 },
  recoveryPerDay: { fallback: 5, min: 3, max: 5 },
  perIpPerHour: { fallback: 30, min: 5, max: 30 },
  perIpPerDay: { fallback: 200, min: 30, max: 200 },
  underAttackPerDay: { fallback: 3, min: 1, max: 3 },
} as const satisfies Record<string, Range>;

/** `sends` (security.md D10 to D16). Those of all messages and of countries may be raised: they follow the size of the app. */
export const SENDS = {
  perTransaction: { fallback: 5, min: 1, max: 5 },
  perUserPerDay: { fallback: 10, min: 1, max: 10 },
  perAddressPer10Minutes: { fallback: 3, min: 1, max: 3 },
  perAddressPerDay: { fallback: 10, min: 1, max: 10 },
  usersPerAddress: { fallback: 5, min: 1, max: 5 },
  perIpPerHour: { fallback: 10, min: 1, max: 10 },
  perIpPerDay: { fallback: 30, min: 1, max: 30 },
  perNetworkPerHour: { fallback: 60, min: 1, max: 60 },
  perPrefixPerHour: { fallback: 10, min: 1, max: 10 },
  perCountryPerHour: { fallback: 1000, min: 1, max: 500_000 },
  perCountryPerDay: { fallback: 5000, min: 1, max: 900_000 },
  voicePerHour: { fallback: 100, min: 1, max: 500_000 },
  totalPerHour: { fallback: 1000, min: 1, max: 500_000 },
  totalPerDay: { fallback: 5000, min: 1, max: 900_000 },
} as const satisfies Record<string, Range>;

/** Waits after failures in a row (security.md D4). */
const WAITS = [
  { failures: 5, wait: 60 * SECOND },
  { failures: 10, wait: 300 * SECOND },
];

/** Of unknown devices, and the same once more of known ones (D5). */
const factorLane = ({ perDay, perMonth }: { perDay: number; perMonth: number }): LaneLimits => ({
  waits: WAITS,
  windows: [
    { limit: perDay, length: DAY },
    { limit: perMonth, length: 30 * DAY },
  ],
});

type Numbers<T> = { readonly [K in keyof T]: number };

function numbers<T extends Record<string, Range>>(
  path: string,
  given: Readonly<Record<string, number | undefined>> | undefined,
  ranges: T,
): Numbers<T> {
  const entries = Object.entries(ranges).map(([name, { fallback, min, max }]) => {
    const value = given?.[name] ?? fallback;
    if (!Number.isInteger(value) || value < min || value > max) {
      const problem = `${value} is out of bounds; use a whole number from ${min} to ${max} (default ${fallback})`;
      throw configurationError('ERR_MFA_LIMIT', `${path}.${name}`, problem);
    }
    return [name, value];
  });
  return Object.fromEntries(entries) as Numbers<T>;
}

/**
 * The numbers in force, in milliseconds.
 *
 * @throws TypeError `ERR_MFA_LIMIT`
 */
export function resolveSettings(options: MfaOptions): Settings {
  const given = <T extends object>(it: T | undefined) => it as Record<string, number | undefined>;
  const lifetimes = numbers('lifetimes', given(options.lifetimes), LIFETIMES);
  const guesses = numbers('guesses', given(options.guesses), GUESSES);
  const ms = Object.entries(lifetimes).map(([name, value]) => [name, value * SECOND]);
  return {
    lifetimes: Object.fromEntries(ms) as Settings['lifetimes'],
    guesses: {
      perChallenge: guesses.perChallenge,
      perTransaction: guesses.perTransaction,
      untilDisabled: guesses.untilDisabled,
      perIpPerHour: guesses.perIpPerHour,
      perIpPerDay: guesses.perIpPerDay,
      underAttackPerDay: guesses.underAttackPerDay,
      lanes: {
        factor: factorLane(guesses),
        device: factorLane(guesses),
        recovery: { waits: [], windows: [{ limit: guesses.recoveryPerDay, length: DAY }] },
      },
    },
    sends: numbers('sends', given(options.sends), SENDS),
    apis: apisOf(options, lifetimes.accessToken),
    defaultAudience: options.defaultAudience ?? `${options.issuer}userinfo`,
    mfaRequirements: options.mfaRequirements ?? true,
    amrInIdToken: options.amrInIdToken ?? true,
    deviceCookie: options.deviceCookie ?? true,
    trustedDevices: trustOf(options.trustedDevices),
    locale: options.locale ?? 'en',
    shadowBudgets: options.shadowBudgets ?? false,
  };
}

/** ms; undefined = no device is trusted (D30). */
function trustOf(given: MfaOptions['trustedDevices']): number | undefined {
  if (!given) return undefined;
  return ((given === true ? undefined : given.days) ?? 30) * DAY;
}

function apisOf({ apis = [], issuer }: MfaOptions, fallback: number): Settings['apis'] {
  const { min, max } = LIFETIMES.accessToken;
  const entries = apis.map(({ audience, scopes, accessTokenLifetime }, i) => {
    const own = numbers(
      `apis[${i}]`,
      { accessTokenLifetime },
      {
        accessTokenLifetime: { fallback, min, max },
      },
    );
    if (audience === `${issuer}mfa/` || audience === `${issuer}mfa`) {
      const problem = 'is the audience of the MFA API itself; leave it out, it is always there';
      throw configurationError('ERR_MFA_OPTION', `apis[${i}].audience`, problem);
    }
    return [audience, { scopes, lifetime: own.accessTokenLifetime * SECOND }] as const;
  });
  return new Map(entries);
}
