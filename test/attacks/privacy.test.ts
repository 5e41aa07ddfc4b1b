// what events, warnings, the console and refusals say when everything fails. The running example app at its
// most verbose: test/faults/canary.faults.ts.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import type { Message, MfaEvent, Store, Stores } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import type { Response } from 'supertest';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { client, enrollPhone, PHONE, SMS, type TestApp, testApp } from '../support/app.js';
import { challenged, enrollOtp, mfaToken, totp, wrongCode } from '../support/attack.js';
import { flow } from './whole-flow.js';

/** Everything that this process says while a test runs, errors with their stacks and causes. */
function listening() {
  const said: string[] = [];
  const hear = (what: unknown) => {
    said.push(typeof what === 'string' ? what : inspect(what, { depth: 12, showHidden: true }));
  };
  const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
  const spies = methods.map((it) => vi.spyOn(console, it).mockImplementation(hear));
  const streams = [process.stdout, process.stderr].map((it) =>
    vi.spyOn(it, 'write').mockImplementation((text) => {
      hear(String(text));
      return true;
    }),
  );
  const event = (message: unknown) => hear(message);
  process.on('warning', hear);
  subscribe('express-mfa', event);
  const stop = () => {
    for (const spy of [...spies, ...streams]) spy.mockRestore();
    process.off('warning', hear);
    unsubscribe('express-mfa', event);
  };
  onTestFinished(stop);
  return { said, hear, stop };
}

/** A store, and a host, that fail when told to. */
function failing() {
  const it = { store: false, host: false };
  const stores: Stores = (issuer) => {
    const store = memoryStores()(issuer);
    const call = (method: keyof Store) => [
      method,
      async (...args: unknown[]) => {
        if (it.store) throw new Error('connection lost');
        return (store[method] as (...given: unknown[]) => unknown)(...args);
      },
    ];
    const methods = ['load', 'commit', 'reserve', 'release', 'events'] as const;
    return { ...store, ...Object.fromEntries(methods.map(call)) };
  };
  return { it, stores };
}

const TYPED = 'canary-8f1c-password';
const SECRET = /token$|^(secret|manual_input_code|barcode_uri|oob_code|recovery_codes?)$/;

const secretsOf = (answers: readonly Response[], messages: readonly Message[]) =>
  new Set([
    TYPED,
    'correct horse',
    'battery staple',
    'web-secret',
    PHONE,
    'ann@example.com',
    ...messages.flatMap(({ code }) => code ?? []),
    ...answers.flatMap(({ body }) =>
      Object.entries(body ?? {})
        .filter(([name]) => SECRET.test(name))
        .flatMap(([, value]) => value as string | string[]),
    ),
  ]);

function found(text: string, secrets: ReadonlySet<string>): string[] {
  return [...secrets].filter((secret) => {
    if (/^\d{6}$/.test(secret)) return new RegExp(`(?<![\\d.])${secret}(?!\\d)`).test(text);
    const bytes = Buffer.from(secret);
    const encoded = (['hex', 'base64', 'base64url'] as const).map((it) => bytes.toString(it));
    return [secret, encodeURIComponent(secret), ...encoded].some((it) => text.includes(it));
  });
}

/** Refusals of every sort; each answer. */
async function everythingFails(t: TestApp, fail: { store: boolean }): Promise<Response[]> {
  const c = client(t.app);
  const answers = await flow(t);
  t.clock.advance(600);
  const login = await c.login();
  const waiting = await challenged(t);
  answers.push(login, await c.login({ password: TYPED }), await c.login({ username: TYPED }));
  answers.push(await client(t.app, 'web').login({ client_secret: TYPED }));
  answers.push(await c.oob(waiting.token, waiting.oobCode, wrongCode(waiting.code)));
  answers.push(await c.otp(waiting.token, '12345'), await c.recovery(waiting.token, TYPED));
  answers.push(await c.associate(waiting.token, { authenticator_types: [TYPED] }));
  answers.push(await c.http.post('/oauth/token').type('json').send(`{"password":"${TYPED}"`));
  t.clock.advance(600);
  t.sendWith = async () => {
    throw new Error('gateway refused');
  };
  const asked = (await c.login()).body.mfa_token;
  answers.push(await c.challenge({ mfa_token: asked }));
  t.sendWith = undefined;
  fail.store = true;
  answers.push(await c.login(), await c.challenge({ mfa_token: asked }), await c.list(asked));
  answers.push(await c.associate(asked, SMS), await c.otp(asked, '000000'));
  fail.store = false;
  return answers;
}

describe('R-140: whatever fails', () => {
  test('R-140: no code, secret, token, password, number or address is said', async () => {
    const { said, hear, stop } = listening();
    const { it, stores } = failing();
    const t = await testApp({ stores, onEvent: hear, onAlert: hear, notices: async () => {} });
    const answers = await everythingFails(t, it);
    await t.mfa.settled();
    const { events } = await t.mfa.auditLog({ limit: 1000 });
    for (const event of events) hear(event);
    stop();
    const secrets = secretsOf(answers, t.messages);
    expect(secrets.size).toBeGreaterThan(20);
    const text = said.join('\n');
    expect(found(text, secrets)).toEqual([]);
    for (const name of ['store.failed', 'delivery_failed', 'client.auth.fail', 'gateway refused']) {
      expect(text).toContain(name);
    }
    expect(found(`${text} ${Buffer.from(TYPED).toString('base64')}`, secrets)).toEqual([TYPED]);
  });

  test('R-140: `target` is masked, in every event that has one', async () => {
    const events: MfaEvent[] = [];
    const t = await testApp({ onEvent: (event) => events.push(event) });
    await enrollPhone(t);
    const token = await mfaToken(t, { username: 'bob@example.com', password: 'battery staple' });
    await client(t.app).associate(token, { authenticator_types: ['oob'], oob_channels: ['email'] });
    const targets = new Set(events.map(({ target }) => target).filter((it) => it !== undefined));
    expect(targets.size).toBe(2);
    for (const target of targets) {
      expect(target).toMatch(/^(X{8}0123|[^@]{0,3}\*+@.*)$/);
      expect(target).not.toContain('bob@example.com');
    }
  });
});

describe('R-141: a refusal', () => {
  test("R-141: has OAuth's members and no others; a 500 has the id that its event has", async () => {
    const { it, stores } = failing();
    const t = await testApp({ stores });
    const answers = await everythingFails(t, it);
    const { secret } = await enrollOtp(t, {
      username: 'bob@example.com',
      password: 'battery staple',
    });
    const broken = await testApp({
      sharedStores: memoryStores(),
      policy: () => {
        throw new Error('SELECT secret FROM host');
      },
    });
    answers.push(await client(broken.app).login().expect(500));
    answers.push(await client(t.app).otp('x', totp(secret, t.clock.now())));
    const refusals = answers.filter(({ status }) => status >= 400);
    expect(new Set(refusals.map(({ status }) => status)).size).toBeGreaterThan(5);
    const known = ['error', 'error_description', 'mfa_token', 'mfa_requirements'];
    for (const { status, body, text } of refusals) {
      expect([status, Object.keys(body).filter((name) => !known.includes(name))]).toEqual([
        status,
        [],
      ]);
      expect(typeof body.error).toBe('string');
      expect(text).not.toMatch(/select |node_modules|\bat .+:\d+|\.[jt]s:|jose|kysely/i);
    }
    const failed = broken.events.find(({ event }) => event === 'server_error');
    expect(failed?.errorId).toMatch(/^[\w-]{8,}$/);
    expect(answers.some(({ text }) => text.includes(failed?.errorId as string))).toBe(true);
  });
});
