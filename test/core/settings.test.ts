import { describe, expect, test } from 'vitest';
import { GUESSES, LIFETIMES, resolveSettings, SENDS } from '../../lib/setup/settings.js';

const ISSUER = 'https://auth.example.com/';
const resolve = (options: object) => resolveSettings({ issuer: ISSUER, ...options } as never);

/** security.md section 2: default, and how far it may go. */
const HARD = {
  lifetimes: {
    mfaToken: 600,
    bindingCode: 600,
    enrollment: 600,
    mfaAccessToken: 600,
    sessionIdle: 3600,
    session: 86_400,
    refreshTokenIdle: 2_592_000,
    refreshToken: 7_776_000,
  },
  guesses: {
    perChallenge: 5,
    perTransaction: 10,
    perDay: 15,
    perMonth: 60,
    untilDisabled: 100,
    recoveryPerDay: 5,
    perIpPerHour: 30,
    perIpPerDay: 200,
    underAttackPerDay: 3,
  },
  sends: {
    perTransaction: 5,
    perUserPerDay: 10,
    perAddressPer10Minutes: 3,
    perAddressPerDay: 10,
    usersPerAddress: 5,
    perIpPerHour: 10,
    perIpPerDay: 30,
    perNetworkPerHour: 60,
    perPrefixPerHour: 10,
    perCountryPerHour: 500_000,
    perCountryPerDay: 900_000,
    voicePerHour: 500_000,
    totalPerHour: 500_000,
    totalPerDay: 900_000,
  },
};

describe('no number can be moved beyond its hard limit', () => {
  const all = Object.entries(HARD).flatMap(([section, limits]) =>
    Object.entries(limits).map(([name, most]) => [section, name, most] as const),
  );
  test.each(all)('%s.%s: %i at most', (section, name, most) => {
    expect(() => resolve({ [section]: { [name]: most } })).not.toThrow();
    for (const value of [most + 1, most * 1000, Number.MAX_SAFE_INTEGER]) {
      expect(() => resolve({ [section]: { [name]: value } })).toThrow(
        expect.objectContaining({ code: 'ERR_MFA_LIMIT', path: `${section}.${name}` }),
      );
    }
  });
  test('and no other number exists that this test does not know', () => {
    expect(Object.keys(GUESSES).sort()).toEqual(Object.keys(HARD.guesses).sort());
    expect(Object.keys(SENDS).sort()).toEqual(Object.keys(HARD.sends).sort());
    const known = [...Object.keys(HARD.lifetimes), 'accessToken', 'idToken'];
    expect(Object.keys(LIFETIMES).sort()).toEqual(known.sort());
  });
});

describe('a number that switches a limit off is refused', () => {
  const all = Object.entries({ lifetimes: LIFETIMES, guesses: GUESSES, sends: SENDS }).flatMap(
    ([section, ranges]) => Object.keys(ranges).map((name) => [section, name] as const),
  );
  test.each(all)('%s.%s', (section, name) => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => resolve({ [section]: { [name]: value } })).toThrow(
        expect.objectContaining({ code: 'ERR_MFA_LIMIT' }),
      );
    }
    for (const value of ['5', {}, true]) {
      expect(() => resolve({ [section]: { [name]: value } }), typeof value).toThrow();
    }
  });
});

describe('the defaults are those of security.md section 2', () => {
  const { guesses, lifetimes, sends, defaultAudience } = resolve({});
  test('lifetimes, in milliseconds', () => {
    expect(lifetimes).toEqual({
      mfaToken: 600_000,
      bindingCode: 300_000,
      enrollment: 600_000,
      accessToken: 86_400_000,
      mfaAccessToken: 600_000,
      idToken: 36_000_000,
      sessionIdle: 1_800_000,
      session: 86_400_000,
      refreshTokenIdle: 1_209_600_000,
      refreshToken: 2_592_000_000,
    });
  });
  test('guesses', () => {
    const factor = {
      waits: [
        { failures: 5, wait: 60_000 },
        { failures: 10, wait: 300_000 },
      ],
      windows: [
        { limit: 15, length: 86_400_000 },
        { limit: 60, length: 30 * 86_400_000 },
      ],
    };
    expect(guesses).toEqual({
      perChallenge: 5,
      perTransaction: 10,
      untilDisabled: 50,
      perIpPerHour: 30,
      perIpPerDay: 200,
      underAttackPerDay: 3,
      lanes: {
        factor,
        device: factor,
        recovery: { waits: [], windows: [{ limit: 5, length: 86_400_000 }] },
      },
    });
  });
  test('sends', () => {
    expect(sends).toEqual({
      perTransaction: 5,
      perUserPerDay: 10,
      perAddressPer10Minutes: 3,
      perAddressPerDay: 10,
      usersPerAddress: 5,
      perIpPerHour: 10,
      perIpPerDay: 30,
      perNetworkPerHour: 60,
      perPrefixPerHour: 10,
      perCountryPerHour: 1000,
      perCountryPerDay: 5000,
      voicePerHour: 100,
      totalPerHour: 1000,
      totalPerDay: 5000,
    });
  });
  test('audience', () => {
    expect(defaultAudience).toBe(`${ISSUER}userinfo`);
  });
});

test('undefined is the default, not a limit switched off', () => {
  expect(resolve({ guesses: { perDay: undefined } })).toEqual(resolve({}));
});
