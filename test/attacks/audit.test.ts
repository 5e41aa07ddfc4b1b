// The log says what happened, and nothing that did not.
import { memoryStores } from 'express-mfa/adapters/memory';
import { describe, expect, test } from 'vitest';
import { client, enrollPhone, testApp } from '../support/app.js';
import { storeKinds } from '../support/store-kinds.js';

describe.each(storeKinds)('R-142: the log in %s', (_name, stores) => {
  test('R-142: an issued mfa_token is stored with who, where and which login, without the token', async () => {
    const t = await testApp({ stores: await stores() });
    const answer = await client(t.app).login().set('User-Agent', 'canary-agent').expect(403);
    const { events } = await t.mfa.auditLog();
    expect(events).toEqual([
      {
        event: 'mfa_token.issued',
        outcome: 'ok',
        at: t.clock.now(),
        userId: 'u1',
        clientId: 'spa',
        flowId: expect.stringMatching(/^[0-9a-f]{16}$/),
        ip: expect.stringContaining('127.0.0.1'),
        userAgentHash: expect.stringMatching(/^[0-9a-f]{16}$/),
        requestId: expect.any(String),
        process: expect.any(String),
      },
    ]);
    const text = JSON.stringify(events);
    expect(text).not.toContain(answer.body.mfa_token);
    expect(text).not.toContain('canary-agent');
    const flow = events[0]?.flowId ?? '';
    await client(t.app).challenge({ mfa_token: flow }).expect(403);
  });

  test('R-142: a reader goes on from its cursor and sees each event once', async () => {
    const t = await testApp({ stores: await stores() });
    const seen: unknown[] = [];
    let after: string | undefined;
    for (let i = 0; i < 5; i++) await client(t.app).login().expect(403);
    for (;;) {
      const page = await t.mfa.auditLog({ after, limit: 2 });
      if (page.events.length === 0) break;
      seen.push(...page.events.map(({ flowId }) => flowId));
      after = page.after;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen.length).toBe(5);
  });

  test('R-142: events are gone after the days that the host chose, and not before', async () => {
    const t = await testApp({ stores: await stores(), audit: { retentionDays: 2 } });
    await client(t.app).login().expect(403);
    t.clock.advance(2 * 86_400 - 1);
    await t.mfa.purge();
    expect((await t.mfa.auditLog()).events.length).toBe(1);
    t.clock.advance(1);
    await t.mfa.purge();
    expect((await t.mfa.auditLog()).events).toEqual([]);
  });

  test('R-142: with audit false nothing is stored, and onEvent hears all the same', async () => {
    const t = await testApp({ stores: await stores(), audit: false });
    await client(t.app).login().expect(403);
    expect((await t.mfa.auditLog()).events).toEqual([]);
    expect(t.events.map(({ event }) => event)).toContain('mfa_token.issued');
  });
});

test('R-142: a commit that fails is told nowhere', async () => {
  const memory = memoryStores();
  let fail = false;
  const t = await testApp({
    stores: (issuer) => {
      const store = memory(issuer);
      const commit: typeof store.commit = async (changes) => {
        if (fail) throw new Error('disk full');
        return store.commit(changes);
      };
      return { ...store, commit };
    },
  });
  fail = true;
  await client(t.app).login().expect(503);
  expect(t.events.map(({ event }) => event)).not.toContain('mfa_token.issued');
  expect((await t.mfa.auditLog()).events).toEqual([]);
});

test('onAlert hears of a secret that does not open, and of nothing ordinary', async () => {
  const alerts: string[] = [];
  const t = await testApp({ onAlert: ({ event }) => alerts.push(event) });
  await enrollPhone(t);
  expect(alerts).toEqual([]);
  t.mfa.emit({ event: 'totp.secret.decrypt_failed' });
  expect(alerts).toEqual(['totp.secret.decrypt_failed']);
  expect(t.events.at(-1)).toMatchObject({ outcome: 'fail', alert: true });
});
