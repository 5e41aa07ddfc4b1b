import { memoryStores } from 'express-mfa/adapters/memory';
import { describe, expect, test } from 'vitest';
import { client, SMS, testApp } from '../support/app.js';
import { flow } from './whole-flow.js';

describe('R-045: no answer carries a code or, after enrollment, a secret', () => {
  test('R-045, B29: none of the codes that were sent, nor the number, in any body or header', async () => {
    const t = await testApp();
    const answers = await flow(t);
    expect(t.messages.length).toBeGreaterThan(1);
    for (const { body, headers } of answers) {
      const text = JSON.stringify([body, headers]);
      for (const { code, to } of t.messages) {
        expect(text).not.toMatch(new RegExp(`\\b${code}\\b`));
        expect(text).not.toContain(to);
      }
    }
    const secret = answers.map(({ body }) => body.secret).find(Boolean);
    const after = JSON.stringify(answers.slice(-7).map(({ body }) => body));
    expect(after).not.toContain(secret);
  });

  test('R-045, R-140, B31: nor any event, whatever goes wrong', async () => {
    const t = await testApp();
    const answers = await flow(t);
    t.sendWith = async () => {
      throw new Error('gateway');
    };
    const c = client(t.app);
    const { mfa_token: token } = (await c.login()).body;
    await c.challenge({ mfa_token: token });
    const secrets = answers.flatMap(({ body }) => [
      body.secret,
      body.mfa_token,
      body.oob_code,
      body.access_token,
      body.recovery_code,
      ...(body.recovery_codes ?? []),
    ]);
    const text = JSON.stringify(t.events);
    for (const it of [...secrets.filter(Boolean), SMS.phone_number, 'correct horse']) {
      expect(text).not.toContain(it);
    }
    for (const { code } of t.messages) expect(text).not.toMatch(new RegExp(`"${code}"`));
  });
});

describe('R-044: what lies in the store', () => {
  test('R-044: none of the codes, tokens, secrets and numbers that went over the wire', async () => {
    const kept: unknown[] = [];
    const stores = memoryStores();
    const t = await testApp({
      stores: (issuer) => {
        const store = stores(issuer);
        const commit: typeof store.commit = (changes) => {
          kept.push(changes);
          return store.commit(changes);
        };
        return { ...store, commit };
      },
    });
    const answers = await flow(t);
    const text = JSON.stringify(kept);
    const secrets = answers.flatMap(({ body }) => [
      body.secret,
      body.mfa_token,
      body.oob_code,
      body.access_token,
      body.recovery_code,
      ...(body.recovery_codes ?? []),
    ]);
    for (const it of [...secrets.filter(Boolean), SMS.phone_number, 'correct horse']) {
      for (const form of ['utf8', 'hex', 'base64', 'base64url'] as const) {
        expect(text).not.toContain(Buffer.from(it).toString(form));
      }
    }
  });
});
