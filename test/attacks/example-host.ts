// The example app with a victim, who has an app and a phone, and somebody who has nothing yet.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Account, generateKeys, type MfaKeys } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import session from 'express-session';
import { Secret, TOTP } from 'otpauth';
import { onTestFinished, vi } from 'vitest';
import { exampleApp } from '../../example-app/app.js';
import { readConfig } from '../../example-app/config.js';
import type { Seed } from '../../example-app/seed.js';
import { browser, type TestBrowser } from '../pages/browser.js';
import { movableClock } from '../support/movable-clock.js';

export const VICTIM = { username: 'victim@example.com', password: 'correct horse' };
export const NEW = { username: 'new@example.com', password: 'correct horse' };
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const NUMBER = '+15555550123';

let keys: Promise<MfaKeys> | undefined;

const clients = [
  {
    client_id: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['password', 'refresh_token', 'authorization_code', 'mfa'],
    redirect_uris: ['https://spa.example.com/callback'],
    web_origins: [],
  },
];

const user = (id: string, name: string) => ({
  id,
  username: `${id}@example.com`,
  password: 'correct horse',
  email: `${id}@example.com`,
  email_verified: true,
  name,
});

export interface ExampleHost {
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  readonly sessions: session.MemoryStore & { readonly sessions: Record<string, string> };
  browser(headers?: Record<string, string>): TestBrowser;
  /** What the app of the victim shows; each is good once. */
  otp(): string;
  /** The newest code that went to the phone. */
  code(): Promise<string>;
  messages(): Promise<
    readonly { readonly to: string; readonly code?: string; readonly text: string }[]
  >;
  /** What the store holds of the victim: factors and counters. */
  victim(): Promise<{
    readonly account: Account | undefined;
    readonly factors: readonly unknown[];
  }>;
  /** Seconds. */
  skip(seconds: number): void;
}

export async function exampleHost({
  env = {},
  issuer = 'http://localhost:3000/',
  victim = 'Victoria',
}: {
  readonly env?: Record<string, string>;
  readonly issuer?: string;
  readonly victim?: string;
} = {}): Promise<ExampleHost> {
  keys ??= generateKeys();
  const stores = memoryStores();
  const sessions = new session.MemoryStore() as ExampleHost['sessions'];
  const seed = {
    users: [user('victim', victim), user('new', 'Newton')],
    clients,
    authenticators: [
      { user_id: 'victim', type: 'otp', secret: SECRET },
      { user_id: 'victim', type: 'sms', phone_number: NUMBER },
    ],
    apis: [],
  } as unknown as Seed;
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const clock = movableClock();
  const { app, importSeed } = await exampleApp({
    config: readConfig({ DATABASE_URL: 'memory:', ...env }),
    issuer,
    keys: await keys,
    stores,
    sessions,
    seed,
    stopping: new AbortController().signal,
  });
  await importSeed();
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    clock.restore();
    stdout.mockRestore();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const messages: ExampleHost['messages'] = async () =>
    (await fetch(`${url}/dev/outbox.json`)).json();
  return {
    server,
    url,
    port,
    sessions,
    messages,
    browser: (headers) => browser(url, headers),
    otp: () => TOTP.generate({ secret: Secret.fromBase32(SECRET), timestamp: Date.now() }),
    code: async () => (await messages()).find(({ code }) => code)?.code ?? '',
    async victim() {
      const { account, authenticators } = await stores(issuer).load({ userId: 'victim' });
      return { account, factors: authenticators };
    },
    skip: clock.skip,
  };
}

/** The password was right; the second factor is waited for. */
export async function half(person: TestBrowser, who = VICTIM) {
  const login = await person.get('/login');
  return person.submit(login, who);
}

/** Logs the victim in by the code that is sent. */
export async function logInWhole(host: ExampleHost, person: TestBrowser) {
  const page = await half(person);
  const typed = page.text.includes('authenticator app') ? host.otp() : await host.code();
  return person.submit(page, { code: typed });
}
