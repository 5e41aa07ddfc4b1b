// The example app as it runs on a laptop, with people who have a phone each.
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { generateKeys } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import session from 'express-session';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import supertest from 'supertest';
import { exampleApp } from '../../example-app/app.js';
import { readConfig } from '../../example-app/config.js';
import type { Seed } from '../../example-app/seed.js';
import { movableClock } from '../support/movable-clock.js';

export const PASSWORD = 'correct horse';
/** Of the people who have an authenticator app. */
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** Somebody with an account here. */
export interface Person {
  readonly username: string;
  readonly phone: string;
}

// One area each: messages to one block of numbers are limited.
const AREAS = '202 212 213 303 305 312 404 415 503 512 617 702 713 206 214 216 314 410'.split(' ');

/** What somebody has from the start. */
export type Has = 'nothing' | 'phone' | 'app' | 'phone and app';

export interface ExampleOptions {
  /** Names, each with what they have. */
  readonly people: Readonly<Record<string, Has>>;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly policy?: 'always' | 'optional';

  readonly clients?: readonly Record<string, unknown>[];
}

export interface ExampleSite {
  /** Without a slash at the end. */
  readonly url: string;
  person(name: string): Person;
  /** The code of the newest message to this person, as `/dev/outbox.json` has it. */
  code(person: Person): Promise<string>;
  messages(person: Person): Promise<readonly Message[]>;
  /** Lets the clock of the app go on. */
  skip(seconds: number): void;
  /** What an authenticator app shows now. */
  otp(secret: string): string;
  close(): Promise<void>;
}

interface Message {
  readonly to: string;
  readonly text: string;
  readonly code?: string;
}

const API = { audience: 'https://api.example.com/', scopes: ['read:notes'] };

export async function exampleSite({
  people,
  tls,
  policy = 'always',
  clients = [],
}: ExampleOptions): Promise<ExampleSite> {
  const server = tls ? createTlsServer(tls) : createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://localhost:${port}`;
  const names = Object.keys(people);
  const person = (name: string): Person => ({
    username: `${name}@example.com`,
    phone: `+1${AREAS[names.indexOf(name)]}5550123`,
  });
  const seed = { ...seedOf(people, person), clients: clients.map(whole) } as unknown as Seed;
  const config = readConfig({ DATABASE_URL: 'memory:', ISSUER: `${url}/`, MFA_POLICY: policy });
  const stopping = new AbortController();
  const { app, importSeed, settled } = await exampleApp({
    config: {
      ...config,
      ...(tls && { tls: { key: Buffer.from(tls.key), cert: Buffer.from(tls.cert) } }),
    },
    issuer: `${url}/`,
    keys: await generateKeys(),
    stores: memoryStores(),
    sessions: new session.MemoryStore(),
    seed,
    stopping: stopping.signal,
  });
  await importSeed();
  server.on('request', app);

  const clock = movableClock();
  const inbox = outbox(app);
  return {
    url,
    person,
    messages: inbox,
    code: async (to) => (await inbox(to)).find(({ code }) => code)?.code ?? '',
    skip: clock.skip,
    otp: (secret) => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() }),
    async close() {
      clock.restore();
      stopping.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await settled();
    },
  };
}

const whole = (client: object) => ({
  application_type: 'web',
  redirect_uris: [],
  web_origins: [],
  logout_uris: [],
  ...client,
});

const seedOf = (people: ExampleOptions['people'], person: (name: string) => Person) => ({
  users: Object.keys(people).map((name) => ({
    id: name,
    username: person(name).username,
    password: PASSWORD,
    email: person(name).username,
    email_verified: true,
    name,
  })),
  authenticators: Object.entries(people).flatMap(([name, has]) => [
    ...(has.includes('app') ? [{ user_id: name, type: 'otp', secret: SECRET }] : []),
    ...(has.includes('phone')
      ? [{ user_id: name, type: 'sms', phone_number: person(name).phone }]
      : []),
  ]),
  apis: [API],
});

/** Reads `/dev/outbox.json` as a program would. */
const outbox = (app: Express) => async (to: Person) => {
  const answer = await supertest(app).get('/dev/outbox.json').query({ to: to.phone }).expect(200);
  return answer.body as readonly Message[];
};

/** Does what leads to another page, and waits for it. */
export async function go(page: Page, action: () => Promise<unknown>): Promise<void> {
  await Promise.all([page.waitForNavigation(), action()]);
}

/** Presses a button by the words on it. */
export const press = (page: Page, name: string | RegExp) =>
  go(page, () => page.getByRole('button', { name }).click());

export const follow = (page: Page, name: string | RegExp) =>
  go(page, () => page.getByRole('link', { name }).click());

/** Counts the pages that a person sees: whatever is shown, and not what only leads on. */
export function countScreens(page: Page): () => number {
  let screens = 0;
  page.on('response', (response) => {
    const isPage =
      response.request().isNavigationRequest() && response.frame() === page.mainFrame();
    if (isPage && (response.status() < 300 || response.status() >= 400)) screens++;
  });
  return () => screens;
}

/** The password, at the login page of the app. */
export async function givePassword(page: Page, { username }: Person): Promise<void> {
  await page.getByLabel('E-mail').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Log in');
}

/** Types a code and sends it. */
export async function giveCode(page: Page, code: string): Promise<void> {
  await page.fill('#code', code);
  await press(page, /Continue|Confirm/);
}

/** A login by the code that is sent, from the login page to where it leads. */
export async function logIn(site: ExampleSite, page: Page, person: Person, path = '/login') {
  await page.goto(`${site.url}${path}`);
  await givePassword(page, person);
  await giveCode(page, await site.code(person));
}

export const headingOf = (page: Page) => page.locator('h1').innerText();
export const pathOf = (page: Page) => new URL(page.url()).pathname;
