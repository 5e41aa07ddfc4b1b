import { SenderError } from 'express-mfa';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, SMS, type TestApp, testApp } from '../support/app.js';

/** A gateway that delivers, and whose answer is lost. */
function loseAnswers(t: TestApp, delivered: string[]): void {
  t.sendWith = async ({ code = '' }) => {
    delivered.push(code);
    throw new SenderError('unanswered', 'the line went dead');
  };
}

describe('F-04: a message goes out and its answer is lost', () => {
  test('F-04: an enrollment tried again sends the same code, so the first message works', async () => {
    const t = await testApp();
    const c = client(t.app);
    const delivered: string[] = [];
    const { mfa_token: token } = (await c.login().expect(403)).body;
    loseAnswers(t, delivered);
    await c.associate(token, SMS).expect(502);
    t.sendWith = undefined;
    const again = (await c.associate(token, SMS).expect(200)).body;
    expect(t.code()).toBe(delivered[0]);
    await c.oob(token, again.oob_code, delivered[0] as string).expect(200);
  });

  test('F-04: a challenge likewise; the two count as one message for the number', async () => {
    const t = await testApp();
    await enrollPhone(t);
    const c = client(t.app);
    const delivered: string[] = [];
    for (const last of [false, true]) {
      const { mfa_token: token } = (await c.login().expect(403)).body;
      loseAnswers(t, delivered);
      await c.challenge({ mfa_token: token }).expect(502);
      t.sendWith = undefined;
      const { oob_code: oobCode } = (await c.challenge({ mfa_token: token }).expect(200)).body;
      await c.oob(token, oobCode, delivered.at(-1) as string).expect(200);
      expect(new Set(delivered).size).toBe(delivered.length);
      if (last) expect(delivered).toHaveLength(2);
    }
    const { mfa_token: token } = (await c.login().expect(403)).body;
    await c.challenge({ mfa_token: token }).expect(429); // three of three: one enrolled, two logged in
  });

  test('R-130: a gateway that never answers gets two messages for each that is counted, no more', async () => {
    const t = await testApp();
    const delivered: string[] = [];
    loseAnswers(t, delivered);
    const c = client(t.app);
    const { mfa_token: token } = (await c.login().expect(403)).body;
    for (let i = 0; i < 12; i++) await c.associate(token, SMS);
    expect(delivered).toHaveLength(6);
    expect(new Set(delivered).size).toBe(3);
  });

  test('R-130: nor does another number, or another login, get a code that was sent before', async () => {
    const t = await testApp();
    const delivered: string[] = [];
    loseAnswers(t, delivered);
    const c = client(t.app);
    const { mfa_token: token } = (await c.login().expect(403)).body;
    await c.associate(token, SMS).expect(502);
    await c.associate(token, { ...SMS, phone_number: '+15555550177' }).expect(502);
    const { mfa_token: other } = (await c.login().expect(403)).body;
    await c.associate(other, SMS).expect(502);
    expect(new Set(delivered).size).toBe(3);
  });

  test('R-041: two minutes later it is a new message with a new code', async () => {
    const t = await testApp();
    const delivered: string[] = [];
    loseAnswers(t, delivered);
    const c = client(t.app);
    const { mfa_token: token } = (await c.login().expect(403)).body;
    await c.associate(token, SMS).expect(502);
    t.clock.advance(121);
    await c.associate(token, SMS).expect(502);
    expect(new Set(delivered).size).toBe(2);
  });
});
