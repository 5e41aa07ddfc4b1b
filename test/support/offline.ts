// Logins that a refresh token goes on with, on several processes that share a store.
import { expect } from 'vitest';
import { enrollOtp, totp } from './attack.js';
import {
  type BrowserApp,
  type BrowserOptions,
  browserApp,
  loggedIn,
  type Visitor,
} from './browser.js';
import { slowStores } from './slow-store.js';
import type { MakeStores } from './store-kinds.js';

export const OFFLINE = 'openid profile offline_access read:notes';
export const UNKNOWN = {
  error: 'invalid_grant',
  error_description: 'Unknown or invalid refresh token.',
};

export interface Offline {
  readonly t: BrowserApp;
  readonly others: readonly BrowserApp[];
  readonly secret: string;
  /** Ann, logged in with two factors. */
  readonly v: Visitor;
  /** A client at one process or another. */
  at(process: number): Visitor;
}

/** Ann has an authenticator app, and is logged in with it. */
export async function offline(
  options: BrowserOptions & { readonly makeStores?: MakeStores; readonly slow?: number } = {},
): Promise<Offline> {
  const { makeStores, slow = 0, ...given } = options;
  const made = makeStores && (await makeStores());
  const shared = made && slow > 0 ? slowStores(made, slow) : made;
  const t = await browserApp({ ...given, ...(shared && { sharedStores: shared }) });
  const others = shared
    ? [await browserApp({ ...given, sharedStores: shared, clock: t.clock })]
    : [];
  const { secret } = await enrollOtp(t);
  const v = await loggedIn(t, secret);
  const doors = [v, ...others.map((it) => it.visitor())];
  return { t, others, secret, v, at: (process) => doors[process % doors.length] as Visitor };
}

/** A login by `/authorize` that asked for a refresh token. */
export async function refreshable({ v }: Offline, query = {}): Promise<string> {
  const code = await v.code({ scope: OFFLINE, audience: 'https://api.example.com/', ...query });
  const { body } = await v.exchange(code).expect(200);
  expect(body.refresh_token).toMatch(/^rt_[\w-]{70}\.[\w-]{22}\.[\w-]{22}$/);
  return body.refresh_token;
}

/** What Ann's authenticator app shows next. */
export function nextTotp({ t, secret }: Offline): string {
  t.clock.advance(30);
  return totp(secret, t.clock.now());
}
