import { describe, expect, test } from 'vitest';
import { addressWindows, chargeSend } from '../../lib/core/sends/send-budget.js';
import { OAuthError } from '../../lib/errors.js';
import { resolveSettings } from '../../lib/setup/settings.js';

const SECOND = 1000;
const DAY = 86_400_000;
const T = Date.UTC(2026, 0, 15, 12);
const limits = resolveSettings({ issuer: 'https://a.example/' } as never).sends;

/** `jitter` from 0 to 200: the wait is multiplied by 0.9 to 1.1. */
const random = (jitter = 100) => ({ bytes: () => Buffer.alloc(0), integer: () => jitter });
const begin = (sends: readonly number[] = []) => ({
  account: { userId: 'u', version: 0, lanes: {}, failures: {}, logins: {}, sends },
  transaction: { sends: 0, nextSendAt: 0, expiresAt: T + 600 * SECOND } as never,
});
type State = Parameters<typeof chargeSend>[0];

function refusal(state: State, now: number): OAuthError {
  try {
    chargeSend(state, { now, limits, random: random() });
  } catch (error) {
    return error as OAuthError;
  }
  throw new Error('granted');
}

describe('one login (D10)', () => {
  test('waits 30, 60, 120, 240 seconds between its messages', () => {
    let state: State = begin();
    let now = T;
    for (const wait of [30, 60, 120, 240]) {
      state = chargeSend(state, { now, limits, random: random() });
      expect(state.transaction.nextSendAt).toBe(now + wait * SECOND);
      const refused = refusal(state, now + wait * SECOND - 1);
      expect(refused).toMatchObject({ status: 429, error: 'too_many_attempts' });
      expect(refused.options.headers).toEqual({ 'Retry-After': '1' });
      now += wait * SECOND;
    }
  });
  test.each([
    [0, 27],
    [200, 33],
  ])('jitter of 10 %%, %i of 200: %i seconds', (jitter, wait) => {
    const state = chargeSend(begin(), { now: T, limits, random: random(jitter) });
    expect(state.transaction.nextSendAt).toBe(T + wait * SECOND);
  });
  test('sends five messages at most, and says to wait until it is over', () => {
    let state: State = begin();
    let now = T;
    for (let i = 0; i < 5; i++) {
      state = chargeSend(state, { now, limits, random: random() });
      now = state.transaction.nextSendAt;
    }
    expect(refusal(state, now)).toMatchObject({ status: 429 });
  });
});

describe('one user (D10)', () => {
  const ten = Array.from({ length: 10 }, (_, i) => T - DAY + (i + 1) * 60 * SECOND);
  test('gets ten messages in any 24 hours, over all logins', () => {
    const refused = refusal(begin(ten), T);
    expect(refused.options.headers).toEqual({ 'Retry-After': '60' });
  });
  test('gets the next one when the first is 24 hours old, and the log forgets it', () => {
    const now = T + 60 * SECOND;
    expect(refusal(begin(ten), now - 1)).toBeInstanceOf(OAuthError);
    const { account } = chargeSend(begin(ten), { now, limits, random: random() });
    expect(account.sends).toEqual([...ten.slice(1), now]);
  });
});

test('D11: one address has three messages in 10 minutes and ten in 24 hours, over all users', () => {
  expect(addressWindows(['k.abc'], limits, 'login')).toEqual([
    { key: '10m:k.abc', limit: 3, length: 600 * SECOND },
    { key: '24h:k.abc', limit: 10, length: DAY },
  ]);
});

test('R-024: enrollments have six of the ten, so that they cannot use up the messages people log in with', () => {
  expect(addressWindows(['k.abc'], limits, 'enroll')).toContainEqual({
    key: '24h:enroll:k.abc',
    limit: 6,
    length: DAY,
  });
});

test('D11: while the pepper is rotated it has them under every index, each as many', () => {
  expect(addressWindows(['new.abc', 'old.xyz'], limits, 'login').map((it) => it.key)).toEqual([
    '10m:new.abc',
    '24h:new.abc',
    '10m:old.xyz',
    '24h:old.xyz',
  ]);
});

test('a refused message changes nothing', () => {
  const state = chargeSend(begin(), { now: T, limits, random: random() });
  const before = structuredClone(state);
  refusal(state, T + 1);
  expect(state).toEqual(before);
});
