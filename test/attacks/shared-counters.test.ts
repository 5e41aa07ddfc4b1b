// B16, B17: the limit on one door is the limit on every other one.
import { OAuthError, type User } from 'express-mfa';
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import {
  proveSession,
  type SessionStep,
  startSessionLogin,
} from '../../lib/core/session/session-login.js';
import { newProof } from '../../lib/core/session/session-proof.js';
import { startStepUp } from '../../lib/core/session/step-up.js';
import { enrollPhone, OTP, testUsers } from '../support/app.js';
import {
  challenged,
  enrollOtp,
  mfaAccessToken,
  mfaToken,
  sparePhone,
  totp,
  type World,
  world,
  wrongCode,
} from '../support/attack.js';

const HOUR = 3600;
const ANN = testUsers[0] as User;
const VISITOR = { request: { ip: '203.0.113.9', userAgent: undefined }, device: undefined };

/** What became of a guess: `wrong` says that it was compared. */
type Verdict = { readonly wrong: true } | { readonly wrong: false; readonly wait: number };

type Door = () => Promise<Verdict>;

const WRONG = ['Invalid otp_code.', 'Invalid binding_code.'];

function verdictOf(text: string, wait: unknown): Verdict {
  if (WRONG.includes(text)) return { wrong: true };
  return { wrong: false, wait: Number(wait ?? 0) };
}

const ofAnswer = ({ body, headers }: Response): Verdict =>
  verdictOf(body.error_description, headers['retry-after']);

/** A guess at a session, where a refusal is thrown. */
async function atSession(w: World, step: SessionStep, value: string): Promise<Verdict> {
  const type = w.mfa.types.find(({ name }) => name === 'otp');
  if (step.needed === 'none' || !type) throw new Error('no second factor was asked for');
  const submission = { token: step.token, type, proof: { value }, request: VISITOR.request };
  const refusal = await proveSession(w.mfa, submission).catch((error: unknown) => error);
  if (!(refusal instanceof OAuthError)) throw refusal;
  return verdictOf(refusal.message, refusal.options.headers?.['Retry-After']);
}

/** Guesses at one door after the other until the wait is longer than an hour. @returns guesses compared, by door */
async function guessAt(w: World, doors: readonly Door[]): Promise<number[]> {
  const counts = doors.map(() => 0);
  for (let i = 0; i < 100; i++) {
    const at = i % doors.length;
    const verdict = await (doors[at] as Door)();
    if (verdict.wrong) counts[at] = (counts[at] ?? 0) + 1;
    else if (verdict.wait > HOUR) return counts;
    else w.clock.advance(verdict.wait);
  }
  throw new Error('it goes on and on');
}

describe('R-027: one budget for every door', () => {
  test('R-027, B16: tokens by app and by phone, a confirmation, a session and a step-up: 15 wrong guesses in all', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    await sparePhone(w);
    const access = await mfaAccessToken(w, { secret });
    const pending = (await w.at(0).associate(access, OTP).expect(200)).body.secret as string;
    const { token, oobCode, code } = await challenged(w);
    let n = 0;
    const wrong = (of = secret) => wrongCode(totp(of, w.clock.now()), 77 + n++);
    const proof = newProof(w.mfa, { sub: ANN.id, amr: ['pwd'], since: w.clock.now(), epoch: 0 });
    const counts = await guessAt(w, [
      async () => ofAnswer(await w.at(0, 'other').otp(await mfaToken(w, {}, 'other'), wrong())),
      async () => ofAnswer(await w.at(1).oob(token, oobCode, wrongCode(code, 1 + n++))),
      async () => ofAnswer(await w.at(0).otp(access, wrong(pending))),
      async () => atSession(w, await startSessionLogin(w.mfa, { user: ANN, ...VISITOR }), wrong()),
      async () => atSession(w, await startStepUp(w.mfa, { proof, ...VISITOR }), wrong()),
    ]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(15);
    expect(Math.min(...counts)).toBeGreaterThan(1);
    const right = await w.at(0).otp(await mfaToken(w), totp(secret, w.clock.now()));
    expect(right.status).toBe(429);
  });

  test('R-026: a guess that is compared with two authenticator apps counts as two', async () => {
    const w = await world();
    const { secret } = await enrollOtp(w);
    const access = await mfaAccessToken(w, { secret });
    const { secret: second } = (await w.at(0).associate(access, OTP).expect(200)).body;
    await w.at(0).otp(access, totp(second, w.clock.now())).expect(200);
    let n = 0;
    const door = async () =>
      ofAnswer(
        await w.at(0).otp(await mfaToken(w), wrongCode(totp(secret, w.clock.now()), 77 + n++)),
      );
    expect(await guessAt(w, [door])).toEqual([7]);
  });
});

describe('R-042: a code that was sent again', () => {
  test('R-042: is dead after the five guesses of both, also when the wait is over', async () => {
    const w = await world();
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    for (let i = 1; i <= 3; i++) await w.at(0).oob(token, oobCode, wrongCode(code, i)).expect(403);
    w.clock.advance(34);
    const again = (await w.at(0).challenge({ mfa_token: token }).expect(200)).body.oob_code;
    const newer = w.code();
    for (let i = 1; i <= 2; i++) await w.at(0).oob(token, again, wrongCode(newer, i)).expect(403);
    w.clock.advance(61);
    await w.at(0).oob(token, again, newer).expect(401);
  });
});
