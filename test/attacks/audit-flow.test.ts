// The log of a whole life: what is stored, in which order, and what is told beside it.
import type { MfaEvent } from 'express-mfa';
import { expect, test } from 'vitest';
import { client, PHONE, SMS, testApp } from '../support/app.js';
import { masked } from '../support/masked.js';

const MFA = {
  audience: 'https://auth.example.com/mfa/',
  scope: 'enroll read:authenticators remove:authenticators',
};

const line = ({ event, kind, reason }: Omit<MfaEvent, 'cause'>) =>
  [event, kind, reason].filter(Boolean).join(' ');

test('R-142: log in, enroll, confirm, be challenged, verify, remove: exactly these events, in this order', async () => {
  const t = await testApp({ onDowngrade: () => true, policy: () => 'none' as const });
  const c = client(t.app);
  const told = async (step: () => PromiseLike<unknown>) => {
    const from = t.events.length;
    await step();
    return t.events.slice(from).map(line);
  };
  const kept: Record<string, string> = {};

  // A login that needs none has no mfa_token; an access token for the MFA audience enrolls the first authenticator.
  expect(
    await told(async () => {
      kept['access'] = (await c.login(MFA).expect(200)).body.access_token;
    }),
  ).toEqual(['login.first_factor.ok', 'token.issued']);

  let started: { oob_code: string; id: string } | undefined;
  expect(
    await told(async () => {
      started = (await c.associate(kept['access'] as string, SMS).expect(200)).body;
    }),
  ).toEqual([
    'authenticator.associate.started phone',
    'authenticator.associate.started recovery-code',
    'mfa.challenge.created phone',
    'sms.reserved',
    'sms.sent',
    'mfa.challenge.delivered',
  ]);
  expect(
    await told(() =>
      c.oob(kept['access'] as string, started?.oob_code as string, t.code()).expect(200),
    ),
  ).toEqual([
    'mfa.verify.charged oob',
    'mfa.verify.ok oob',
    'authenticator.associate.confirmed oob',
    'authenticator.associate.confirmed recovery-code',
    'token.issued',
  ]);

  t.clock.advance(60);
  expect(
    await told(async () => {
      kept['mfa'] = (await c.login(MFA).expect(403)).body.mfa_token;
    }),
  ).toEqual(['login.first_factor.ok', 'mfa_token.issued', 'mfa.required challenge']);
  expect(
    await told(async () => {
      kept['oob'] = (await c.challenge({ mfa_token: kept['mfa'] }).expect(200)).body.oob_code;
    }),
  ).toEqual(['mfa.challenge.created phone', 'sms.reserved', 'sms.sent', 'mfa.challenge.delivered']);
  expect(
    await told(async () => {
      const { mfa, oob } = kept as { mfa: string; oob: string };
      await c.oob(mfa, oob, '000000').expect(403);
      kept['fresh'] = (await c.oob(mfa, oob, t.code()).expect(200)).body.access_token;
    }),
  ).toEqual([
    'mfa.verify.charged oob',
    'mfa.verify.fail oob wrong',
    'mfa.verify.charged oob',
    'mfa.verify.ok oob',
    'mfa_token.consumed oob',
    'token.issued',
  ]);
  expect(
    await told(() => c.remove(kept['fresh'] as string, started?.id as string).expect(204)),
  ).toEqual(['authenticator.removed phone']);

  const { events } = await t.mfa.auditLog({ limit: 100 });
  expect(events.map(line)).toEqual([
    'authenticator.associate.started phone',
    'authenticator.associate.started recovery-code',
    'mfa.challenge.created phone',
    'mfa.verify.charged oob',
    'mfa.verify.ok oob',
    'authenticator.associate.confirmed oob',
    'authenticator.associate.confirmed recovery-code',
    'mfa_token.issued',
    'mfa.challenge.created phone',
    'mfa.verify.charged oob',
    'mfa.verify.charged oob',
    'mfa.verify.ok oob',
    'mfa_token.consumed oob',
    'authenticator.removed phone',
  ]);
  for (const event of events) {
    expect(event).toMatchObject({ userId: 'u1', clientId: 'spa', requestId: expect.any(String) });
    expect(JSON.stringify(event)).not.toContain(PHONE.slice(1));
  }
  const targets = events.map(({ target }) => target).filter(Boolean);
  expect(new Set(targets)).toEqual(new Set([masked('0123')]));
  // One login, one flow; and each was told as it was stored.
  const flows = new Set(events.slice(7, 13).map(({ flowId }) => flowId));
  expect(flows.size).toBe(1);
  for (const event of events) expect(t.events).toContainEqual(event);
});
