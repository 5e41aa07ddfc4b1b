// a message that was not sent costs nobody anything.
import { SenderError } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { enrollPhone, PHONE, SMS } from '../support/app.js';
import {
  associated,
  challenged,
  manyUsers,
  mfaToken,
  retryAfter,
  world,
} from '../support/attack.js';

const user = (i: number) => ({ username: `user${i}@example.com` });

describe('R-060: a message that was not sent', () => {
  const failures = [
    ['an error', () => new Error('gateway is down')],
    ['a refusal', () => new SenderError('rejected', 'no such number')],
    ['a busy gateway', () => new SenderError('busy', '429', { retryAfter: 7 })],
    ['no connection', () => new SenderError('connect', 'refused')],
    ['undefined', () => undefined],
  ] as const;

  test.each(failures)(
    'R-060: %s leaves the earlier code valid and charges nothing',
    async (_, make) => {
      const w = await world();
      await enrollPhone(w);
      const { token, oobCode, code } = await challenged(w);
      w.clock.advance(34);
      w.sendWith = async () => {
        throw make();
      };
      for (let i = 0; i < 6; i++) {
        const answer = await w.at(0).challenge({ mfa_token: token });
        expect([502, 503]).toContain(answer.status);
        expect(['bad_gateway', 'temporarily_unavailable']).toContain(answer.body.error);
        expect(JSON.stringify(answer.body)).not.toContain(PHONE);
      }
      w.sendWith = undefined;
      await w.at(0).oob(token, oobCode, code).expect(200);
      const next = await challenged(w); // 3 in 10 minutes: this is the third that went out
      await w.at(0).oob(next.token, next.oobCode, next.code).expect(200);
    },
  );

  test('R-060: leaves no pending authenticator, and the next association works at once', async () => {
    const w = await world();
    const token = await mfaToken(w);
    w.sendWith = async () => {
      throw new Error('gateway is down');
    };
    await w.at(0).associate(token, SMS).expect(502);
    expect((await w.at(0).list(token).expect(200)).body).toEqual([]);
    w.sendWith = undefined;
    const { body } = await w.at(0).associate(token, SMS).expect(200);
    expect(body.recovery_codes).toHaveLength(1);
    await w.at(0).oob(token, body.oob_code, w.code()).expect(200);
    const again = await mfaToken(w);
    await w.at(0).recovery(again, body.recovery_codes[0]).expect(200);
  });

  test("R-060: refused by the number's budget, it charges neither login nor user", async () => {
    const w = await world({ seedUsers: manyUsers(4) });
    for (let i = 2; i <= 4; i++) await associated(w, { login: user(i) });
    const token = await mfaToken(w, user(1));
    for (let i = 0; i < 12; i++) {
      const refused = await w.at(0).associate(token, SMS);
      expect([refused.status, retryAfter(refused)]).toEqual([429, 600]);
    }
    await w
      .at(0)
      .associate(token, { ...SMS, phone_number: '+15555550188' })
      .expect(200);
  });

  test('R-060: a sender that hangs is answered with 503 within 6 seconds, and the earlier code works', async () => {
    const w = await world();
    await enrollPhone(w);
    const { token, oobCode, code } = await challenged(w);
    w.clock.advance(34);
    let aborted = false;
    w.sendWith = (_message, { signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
      });
    const began = performance.now();
    const answer = await w.at(0).challenge({ mfa_token: token });
    expect(performance.now() - began).toBeLessThan(6000);
    expect([answer.status, answer.body.error]).toEqual([503, 'temporarily_unavailable']);
    expect(retryAfter(answer)).toBeGreaterThan(0);
    expect(aborted).toBe(true);
    w.sendWith = undefined;
    await w.at(0).oob(token, oobCode, code).expect(200);
  }, 10_000);
});
