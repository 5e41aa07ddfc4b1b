// What the attack tests share: several servers on one store, and the moves of an attacker who has the password.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Authenticator,
  email,
  oob,
  otp,
  recoveryCode,
  sms,
  type User,
  voice,
} from 'express-mfa';
import { Secret, TOTP } from 'otpauth';
import type { Response } from 'supertest';
import { onTestFinished } from 'vitest';
import { oobCredential } from '../../lib/authenticators/address.js';
import { otpCredential } from '../../lib/authenticators/otp.js';
import { client, OTP, SMS, type TestApp, type TestAppOptions, testApp } from './app.js';
import { slowStores } from './slow-store.js';
import type { MakeStores } from './store-kinds.js';

export interface World extends TestApp {
  /** Base URLs, one per process; each has an Express server and a createMfa() of its own. */
  readonly urls: readonly string[];
  /** A client that talks to the processes in turn. */
  at(process: number, clientId?: string): ReturnType<typeof client>;
}

export interface WorldOptions extends TestAppOptions {
  readonly makeStores?: MakeStores;
  readonly processes?: number;
  /** Widen races: milliseconds that a store access may take before and after. */
  readonly slow?: number;
}

const COUNTRIES = ['US', 'CA', 'GB', 'DE'];

/** Processes that share a store, keys, a clock and a phone. Closed when the test has finished. */
export async function world(options: WorldOptions = {}): Promise<World> {
  const { makeStores, processes = 2, slow = 0, ...given } = options;
  const made = makeStores ? await makeStores() : undefined;
  const stores = made && slow > 0 ? slowStores(made, slow) : made;
  const first = await testApp({ ...given, ...(stores && { sharedStores: stores }) });
  const send: Parameters<typeof email>[0]['send'] = async (message, context) => {
    await first.sendWith?.(message, context);
    first.messages.push(message);
  };
  const apps = [first];
  const countries = COUNTRIES;
  for (let i = 1; stores && i < processes; i++) {
    apps.push(
      await testApp({
        authenticators: [
          otp({ issuer: 'Example' }),
          oob({
            channels: [sms({ send, countries }), voice({ send, countries }), email({ send })],
          }),
          recoveryCode(),
        ],
        ...given,
        sharedStores: stores,
        clock: first.clock,
        onEvent: (event) => first.events.push(event),
      }),
    );
  }
  const urls = await Promise.all(apps.map(({ app }) => serve(app)));
  const at = (process: number, clientId?: string) =>
    client(urls[process % urls.length] as string, clientId);
  return Object.assign(first, { urls, at });
}

async function serve(app: TestApp['app']): Promise<string> {
  const server: Server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As many users as wanted: `u1`, `user1@example.com`, all with the same password. */
export const manyUsers = (count: number): (User & { password: string })[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `u${i + 1}`,
    email: `user${i + 1}@example.com`,
    password: 'correct horse',
  }));

export const wrongCode = (code: string, by = 1): string =>
  String((Number(code) + by) % 10 ** code.length).padStart(code.length, '0');

export const totp = (secret: string, now: number, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now + steps * 30_000 });

/** How many times each answer came, as `403 invalid_grant`. */
export function tally(answers: readonly Response[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const key = status === 200 ? '200' : `${status} ${body.error}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

export const copies = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)));

/** Seconds that a 429 says to wait. */
export const retryAfter = ({ headers }: Response): number => Number(headers['retry-after']);

const MFA_AUDIENCE = 'https://auth.example.com/mfa/';
const MFA_SCOPES = 'enroll read:authenticators remove:authenticators';

/** The server that is up already, rather than one more for each request. */
const door = (w: TestApp & { readonly urls?: readonly string[] }) => w.urls?.[0] ?? w.app;

export const mfaToken = async (w: TestApp, login = {}, clientId = 'spa'): Promise<string> =>
  (await client(door(w), clientId).login(login).expect(403)).body.mfa_token;

/** Enrolls an authenticator app as the first authenticator. */
export async function enrollOtp(w: TestApp, login = {}) {
  const token = await mfaToken(w, login);
  const c = client(door(w));
  const { body } = await c.associate(token, OTP).expect(200);
  const code = totp(body.secret, w.clock.now());
  const tokens = (await c.otp(token, code).expect(200)).body;
  w.clock.advance(60); // past the step that confirmed it
  return {
    secret: body.secret as string,
    id: body.id as string,
    recoveryCode: body.recovery_codes?.[0] as string,
    tokens,
  };
}

/** Gives the user another authenticator, so that the first one may go. */
async function spare(w: TestApp, authenticator: Pick<Authenticator, 'id' | 'kind' | 'credential'>) {
  const { account } = await w.mfa.store.load({ userId: 'u1' });
  const owned = { userId: 'u1', status: 'active', createdAt: w.clock.now() } as const;
  const put = { authenticators: [{ ...owned, ...authenticator }] };
  if (!(await w.mfa.store.commit({ account, put }))) throw new Error('the account moved');
}
export const spareApp = (w: TestApp) => {
  const credential = otpCredential(w.mfa, 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 'u1', SPARE);
  return spare(w, { id: SPARE, kind: 'otp', credential });
};
export const sparePhone = (w: TestApp) => {
  const credential = oobCredential(w.mfa, '+15555550199', 'u1', SPARE);
  return spare(w, { id: SPARE, kind: 'phone', credential });
};
const SPARE = 'dev_00000000000SPARE';

/** An access token for the MFA audience, by the phone or the secret. */
export async function mfaAccessToken(
  w: TestApp,
  {
    secret,
    login = {},
    scope = MFA_SCOPES,
  }: { secret?: string; login?: object; scope?: string } = {},
): Promise<string> {
  const token = await mfaToken(w, { audience: MFA_AUDIENCE, scope, ...login });
  const c = client(door(w));
  if (secret) {
    const code = totp(secret, w.clock.now());
    return (await c.otp(token, code).expect(200)).body.access_token;
  }
  const { body } = await c.challenge({ mfa_token: token, challenge_type: 'oob' }).expect(200);
  return (await c.oob(token, body.oob_code, w.code()).expect(200)).body.access_token;
}

/** A login that waits for the code of the phone. */
export async function challenged(w: TestApp, login = {}, clientId = 'spa') {
  const token = await mfaToken(w, login, clientId);
  const { body } = await client(door(w), clientId)
    .challenge({ mfa_token: token, challenge_type: 'oob' })
    .expect(200);
  return { token, oobCode: body.oob_code as string, code: w.code() };
}

/** An enrollment of a phone that waits for its code. */
export async function associated(w: TestApp, { phone = SMS.phone_number, login = {} } = {}) {
  const token = await mfaToken(w, login);
  const { body } = await client(door(w))
    .associate(token, { ...SMS, phone_number: phone })
    .expect(200);
  return { token, oobCode: body.oob_code as string, code: w.code(), body };
}
