// One configured app for the wire tests: a phone that keeps its messages, a clock that tests move.

import express from 'express';
import {
  type Client,
  createMfa,
  discoveryRouter,
  email,
  generateKeys,
  type Message,
  type Mfa,
  type MfaEvent,
  type MfaKeys,
  type MfaOptions,
  mfaRouter,
  oauthRouter,
  oob,
  otp,
  recoveryCode,
  type Sender,
  type Stores,
  sms,
  type User,
  voice,
} from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import supertest from 'supertest';

export const ISSUER = 'https://auth.example.com/';

let keys: Promise<MfaKeys> | undefined;
/** One set per test file: making RSA keys takes a while. */
export function testKeys(): Promise<MfaKeys> {
  keys ??= generateKeys();
  return keys;
}

export const testUsers: readonly (User & { password: string })[] = [
  {
    id: 'u1',
    email: 'ann@example.com',
    emailVerified: true,
    name: 'Ann',
    password: 'correct horse',
  },
  {
    id: 'u2',
    email: 'bob@example.com',
    emailVerified: true,
    name: 'Bob',
    password: 'battery staple',
  },
  { id: 'u3', email: 'eve@example.com', name: 'Eve', password: 'blocked', blocked: true },
];

export const testClients: readonly Client[] = [
  {
    id: 'spa',
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['password', 'mfa'],
    webOrigins: ['https://spa.example.com'],
  },
  {
    id: 'other',
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['password', 'mfa'],
    webOrigins: ['https://other.example.com'],
  },
  {
    id: 'web',
    tokenEndpointAuthMethod: 'client_secret_post',
    secret: 'web-secret',
    grantTypes: ['password', 'mfa'],
  },
  {
    id: 'basic',
    tokenEndpointAuthMethod: 'client_secret_basic',
    secret: 'basic secret:ä',
    grantTypes: ['password', 'mfa'],
  },
  { id: 'nomfa', tokenEndpointAuthMethod: 'none', grantTypes: ['password'] },
  { id: 'nopassword', tokenEndpointAuthMethod: 'none', grantTypes: ['mfa'] },
];

/** A clock that stands still until a test moves it. */
export function testClock(start = Date.UTC(2026, 0, 15, 12)) {
  let now = start;
  return {
    now: () => now,
    /** Seconds. */
    advance(seconds: number) {
      now += seconds * 1000;
    },
  };
}

export interface TestApp {
  readonly mfa: Mfa;
  readonly app: express.Express;
  readonly clock: ReturnType<typeof testClock>;
  /** Newest last. */
  readonly messages: Message[];
  readonly events: MfaEvent[];
  /** Makes the next sends behave; undefined = accept. */
  sendWith: Sender['send'] | undefined;
  /** The code in the newest message. */
  code(): string;
}

export interface TestAppOptions extends Partial<MfaOptions> {
  /** The host's Express; 5 unless given. */
  readonly framework?: typeof express;
  /** What stands before our routers. */
  readonly before?: express.RequestHandler[];
  readonly seedUsers?: readonly (User & { password: string })[];
  readonly sharedStores?: Stores;
  /** Where the routers are mounted, for discovery. */
  readonly paths?: Parameters<typeof discoveryRouter>[1];
}

/** The adapters that a host writes, over plain arrays. */
export function testHost(users: readonly (User & { password: string })[] = testUsers) {
  return {
    users: {
      findById: (id: string) => users.find((it) => it.id === id),
      authenticate: (username: string, password: string) =>
        users.find((it) => it.email === username && it.password === password),
    },
    clients: {
      findById: (id: string) => testClients.find((it) => it.id === id),
      allowsOrigin: (origin: string) =>
        testClients.some((it) => it.webOrigins?.includes(origin) ?? false),
    },
  };
}

export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { framework = express, before = [], seedUsers, sharedStores, paths, ...given } = options;
  const messages: Message[] = [];
  const events: MfaEvent[] = [];
  const clock = testClock();
  const test = { sendWith: undefined as Sender['send'] | undefined };
  const send: Sender['send'] = async (message, context) => {
    await test.sendWith?.(message, context);
    messages.push(message);
  };
  const countries = ['US', 'CA', 'GB', 'DE'];
  const mfa = createMfa({
    issuer: ISSUER,
    keys: await testKeys(),
    ...testHost(seedUsers),
    stores: sharedStores ?? memoryStores(),
    apis: [{ audience: 'https://api.example.com/', scopes: ['read:notes', 'write:notes'] }],
    authenticators: [
      otp({ issuer: 'Example' }),
      oob({ channels: [sms({ send, countries }), voice({ send, countries }), email({ send })] }),
      recoveryCode(),
    ],
    clock,
    onEvent: (event) => events.push(event),
    ...given,
  });
  const app = framework();
  for (const handler of before) app.use(handler);
  app.use('/oauth', oauthRouter(mfa));
  app.use('/mfa', mfaRouter(mfa));
  app.use('/.well-known', discoveryRouter(mfa, paths));
  return Object.assign(test, {
    mfa,
    app,
    clock,
    messages,
    events,
    code: () => messages.at(-1)?.code ?? '',
  });
}

export const OOB_GRANT = 'http://auth0.com/oauth/grant-type/mfa-oob';
export const OTP_GRANT = 'http://auth0.com/oauth/grant-type/mfa-otp';
export const RECOVERY_GRANT = 'http://auth0.com/oauth/grant-type/mfa-recovery-code';
export const PHONE = '+15555550123';

type Body = Record<string, unknown>;

/** The calls of a client, over real HTTP. */
export function client(app: express.Express | string, clientId = 'spa') {
  const http = supertest(app);
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  return {
    http,
    token: (body: Body) => http.post('/oauth/token').send({ client_id: clientId, ...body }),
    login: (body: Body = {}) =>
      http.post('/oauth/token').send({
        grant_type: 'password',
        client_id: clientId,
        username: 'ann@example.com',
        password: 'correct horse',
        ...body,
      }),
    associate: (token: string, body: Body) =>
      http.post('/mfa/associate').set(bearer(token)).send(body),
    challenge: (body: Body) => http.post('/mfa/challenge').send({ client_id: clientId, ...body }),
    list: (token: string) => http.get('/mfa/authenticators').set(bearer(token)),
    remove: (token: string, id: string) =>
      http.delete(`/mfa/authenticators/${encodeURIComponent(id)}`).set(bearer(token)),
    oob: (mfaToken: string, oobCode: string, bindingCode: string, body: Body = {}) =>
      http.post('/oauth/token').send({
        grant_type: OOB_GRANT,
        client_id: clientId,
        mfa_token: mfaToken,
        oob_code: oobCode,
        binding_code: bindingCode,
        ...body,
      }),
    otp: (mfaToken: string, otpCode: string, body: Body = {}) =>
      http.post('/oauth/token').send({
        grant_type: OTP_GRANT,
        client_id: clientId,
        mfa_token: mfaToken,
        otp: otpCode,
        ...body,
      }),
    recovery: (mfaToken: string, recoveryCodeText: string) =>
      http.post('/oauth/token').send({
        grant_type: RECOVERY_GRANT,
        client_id: clientId,
        mfa_token: mfaToken,
        recovery_code: recoveryCodeText,
      }),
  };
}

export const SMS = { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: PHONE };
export const OTP = { authenticator_types: ['otp'] };

/** Logs in and enrolls a phone, to its end. @returns the recovery code and the answer with the tokens */
export async function enrollPhone(test: TestApp, { phone = PHONE, login = {} } = {}) {
  const { login: logIn, associate, oob: confirm } = client(test.app);
  const { mfa_token: mfaToken } = (await logIn(login).expect(403)).body;
  const started = (await associate(mfaToken, { ...SMS, phone_number: phone }).expect(200)).body;
  const tokens = (await confirm(mfaToken, started.oob_code, test.code()).expect(200)).body;
  return { recoveryCode: started.recovery_codes?.[0] as string, tokens, id: started.id as string };
}
