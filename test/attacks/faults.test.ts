// only an explicit yes passes. Every port throws, rejects, answers nonsense, or never answers.
import { type Client, oob, otp, type Random, recoveryCode, type Store, sms } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../lib/ports/index.js';
import { client, type TestApp, testApp, testClients, testHost, testUsers } from '../support/app.js';
import { totp } from '../support/attack.js';
import { unhandledRejections } from './unhandled-rejections.js';

const kinds = {
  throws: () => {
    throw new Error('fault');
  },
  rejects: () => Promise.reject(new Error('fault')),
  'is undefined': () => undefined,
  'is null': () => null,
  'is {}': () => ({}),
  'is NaN': () => Number.NaN,
  'is true': () => true,
  'never answers': () => new Promise(() => {}),
} as const;
type Kind = keyof typeof kinds;

const ports = [
  'store.load',
  'store.commit',
  'users.findById',
  'users.authenticate',
  'clients.findById',
  'client.verifySecret',
  'policy',
  'clock.now',
  'random.bytes',
  'random.integer',
] as const;
type Port = (typeof ports)[number];

/** Answers that are no answer of the port: `true` is one of these two. */
const valid = (port: Port, kind: Kind) =>
  kind === 'is true' && (port === 'store.commit' || port === 'client.verifySecret');

/** Synchronous ports whose nonsense cannot be a promise. */
const isSync = (port: Port) => port.startsWith('clock') || port.startsWith('random');

let fault: { port: Port; kind: Kind } | undefined;

const faulty =
  <A extends readonly unknown[], R>(port: Port, real: (...values: A) => R) =>
  (...values: A): R =>
    fault?.port === port ? (kinds[fault.kind]() as R) : real(...values);

/** Empty for each test. */
let store: Store;

async function app() {
  const host = testHost();
  const random: Random = systemRandom();
  const clock = systemClock();
  const { findById } = host.clients;
  const web = testClients.find(({ id }) => id === 'web') as Client;
  const verifySecret = faulty('client.verifySecret', (it: string) => it === 'web-secret');
  const send = async () => undefined;
  return testApp({
    authenticators: [
      otp({ issuer: 'Example' }),
      oob({ channels: [sms({ send, countries: ['US'] })] }),
      recoveryCode(),
    ],
    users: {
      findById: faulty('users.findById', host.users.findById),
      authenticate: faulty('users.authenticate', host.users.authenticate),
    },
    clients: {
      findById: faulty('clients.findById', (id: string) =>
        id === 'web' ? { ...web, secret: undefined, verifySecret } : findById(id),
      ),
    },
    stores: () => ({
      load: faulty('store.load', (keys) => store.load(keys)),
      commit: faulty('store.commit', (changes) => store.commit(changes)),
      reserve: (windows, now) => store.reserve(windows, now),
      release: (windows, now) => store.release(windows, now),
      purge: (now, limit) => store.purge(now, limit),
      accounts: (after, limit) => store.accounts(after, limit),
      events: (after, limit) => store.events(after, limit),
      ready: () => store.ready(),
    }),
    policy: faulty('policy', () => 'enroll' as const),
    clock: { now: faulty('clock.now', clock.now) },
    random: {
      bytes: faulty('random.bytes', random.bytes),
      integer: faulty('random.integer', random.integer),
    },
  });
}

const unhandled = unhandledRejections();
afterEach(() => {
  fault = undefined;
});

const SECRET = { client_secret: 'web-secret' };

let w: TestApp | undefined;

/** Enrolled, and logged in as far as the mfa_token, twice. */
async function ready() {
  store = memoryStores()('');
  w ??= await app();
  const c = client(w.app, 'web');
  const logIn = async () => (await c.login(SECRET).expect(403)).body.mfa_token as string;
  const first = await logIn();
  const started = (await c.associate(first, { authenticator_types: ['otp'] }).expect(200)).body;
  const code = (steps: number) => totp(started.secret, Date.now(), steps);
  await c.otp(first, code(-1), SECRET).expect(200);
  return { c, code, recoveryCode: started.recovery_codes[0] as string, token: await logIn() };
}

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

/** `hangs` when there was no answer in the time. */
const answerOf = (request: ReturnType<ReturnType<typeof client>['login']>) =>
  request.timeout(120).then(
    (it): Answer | 'hangs' => it,
    () => 'hangs' as const,
  );

function refused(answer: Answer | 'hangs', kind: Kind) {
  if (answer === 'hangs') {
    expect(kind).toBe('never answers');
    return;
  }
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.body['access_token']).toBeUndefined();
  expect(answer.body['error']).toEqual(expect.any(String));
  expect(JSON.stringify(answer.body)).not.toContain('fault');
}

const matrix = ports.flatMap((port) =>
  (Object.keys(kinds) as Kind[])
    .filter((kind) => !valid(port, kind))
    .filter((kind) => isSync(port) || kind !== 'is NaN')
    .filter((kind) => !(isSync(port) && (kind === 'never answers' || kind === 'rejects')))
    .map((kind) => [port, kind] as const),
);

/** Ports that the second step does not ask. */
const unused: readonly Port[] = ['users.authenticate', 'policy', 'random.integer'];
const second = matrix.filter(([port]) => !unused.includes(port));
/** Ports that the first step does not ask, or whose answer it may do without. */
const first = matrix.filter(([port]) => !['users.findById', 'random.integer'].includes(port));

describe('R-010: during the proof', () => {
  test.each(second)(
    'R-010, B21: %s %s: no token by otp, none by recovery code',
    async (port, kind) => {
      const { c, code, recoveryCode: recovery, token } = await ready();
      fault = { port, kind };
      const grant = 'http://auth0.com/oauth/grant-type/mfa-recovery-code';
      const body = { grant_type: grant, mfa_token: token, recovery_code: recovery, ...SECRET };
      refused(await answerOf(c.otp(token, code(0), SECRET)), kind);
      refused(await answerOf(c.token(body)), kind);
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    },
  );
});

describe('R-010: during the password', () => {
  test.each(first)('R-010: %s %s: no token', async (port, kind) => {
    const { c } = await ready();
    fault = { port, kind };
    refused(await answerOf(c.login(SECRET)), kind);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});

describe('R-010: a host', () => {
  test('R-010: whose user has no id, or one that is no string, logs nobody in', async () => {
    for (const user of [{}, { id: '' }, { id: 0 }, { id: null }, { id: ['u1'] }, 'u1', true, []]) {
      const t = await testApp({
        users: { findById: () => testUsers[0], authenticate: () => user as never },
        policy: () => 'none',
      });
      expect((await client(t.app).login()).body.error).toBe('server_error');
    }
  });

  test('R-010: whose event handler throws still gets an answer for every request', async () => {
    let broken = false;
    const onEvent = () => {
      if (broken) throw new Error('fault');
    };
    const t = await testApp({ onEvent });
    broken = true;
    const answer = await answerOf(client(t.app).login());
    expect(answer).not.toBe('hangs');
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
