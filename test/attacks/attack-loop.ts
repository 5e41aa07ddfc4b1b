// Guesses for days on end.
import type { Response } from 'supertest';
import { expect } from 'vitest';
import { mfaToken, retryAfter, totp, type World, wrongCode } from '../support/attack.js';

export const DAY = 86_400_000;
const WRONG = ['Invalid otp_code.', 'Invalid binding_code.', 'MFA Authorization rejected.'];

/** One more try by any means; answers with what it came to. */
export type Guess = (i: number) => Promise<Response>;

/** Guesses whenever it may, until so many days have passed. @returns when a guess was compared */
export async function attack(w: World, days: number, guess: Guess): Promise<number[]> {
  const compared: number[] = [];
  const end = w.clock.now() + days * DAY;
  for (let i = 0; w.clock.now() < end; i++) {
    const answer = await guess(i);
    if (answer.status === 429) {
      expect(retryAfter(answer)).toBeGreaterThan(0);
      w.clock.advance(retryAfter(answer));
      continue;
    }
    if (answer.body.error === 'unsupported_challenge_type') break; // 50 in a row: disabled
    expect(answer.status, JSON.stringify(answer.body)).toBe(403);
    expect(WRONG).toContain(answer.body.error_description);
    compared.push(w.clock.now());
  }
  return compared;
}

export const most = (times: readonly number[], length: number) =>
  Math.max(...times.map((from) => times.filter((it) => it >= from && it < from + length).length));

export const clientOf = (i: number) => (['spa', 'other'] as const)[i % 2];

/** A new login for every guess, by two clients in turn, on two processes in turn. */
export const byOtp = (w: World, secret: string): Guess => {
  return async (i) => {
    const token = await mfaToken(w, {}, clientOf(i));
    const right = totp(secret, w.clock.now());
    return w.at(i, clientOf(i)).otp(token, wrongCode(right, 77 + i));
  };
};
