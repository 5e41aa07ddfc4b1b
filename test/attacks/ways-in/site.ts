// The example app as it runs in production, with a victim, and an attacker who has the victim's password and an account.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeys } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import session from 'express-session';
import supertest, { type Response } from 'supertest';
import { exampleApp } from '../../../example-app/app.js';
import { readConfig } from '../../../example-app/config.js';
import type { Seed } from '../../../example-app/seed.js';
import { OOB_GRANT } from '../../support/app.js';

export const ISSUER = 'https://auth.example.com/';
export const API = 'https://api.example.com/';
export const PASSWORD = 'correct horse';
const SCOPES = 'openid enroll read:authenticators remove:authenticators';

const clients = [
  {
    client_id: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['password', 'refresh_token', 'authorization_code', 'mfa'],
    redirect_uris: ['https://spa.example.com/callback'],
    web_origins: ['https://spa.example.com'],
  },
];
const user = (id: string) => ({
  id,
  username: `${id}@example.com`,
  password: PASSWORD,
  email: `${id}@example.com`,
  email_verified: true,
  name: id,
});
const seed = {
  users: [user('victim'), user('attacker')],
  clients,
  authenticators: [
    { user_id: 'victim', type: 'otp', secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
    { user_id: 'victim', type: 'sms', phone_number: '+15555550123' },
    { user_id: 'attacker', type: 'sms', phone_number: '+15555550177' },
  ],
  apis: [{ audience: API, scopes: ['read:notes'] }],
} as unknown as Seed;

/** What the gateway was given, newest last. */
export interface Sink {
  readonly url: string;
  readonly messages: { readonly to: string; readonly code: string }[];
  close(): void;
}

async function openSink(): Promise<Sink> {
  const messages: Sink['messages'] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      messages.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, messages, close: () => server.close() };
}

/** The app, and what the attacker holds. */
export interface Site {
  readonly server: Server;
  readonly http: ReturnType<typeof supertest>;
  /** A login of the victim, by the password alone. */
  readonly token: string;
  /** Another one: the logins of one attack may end those of the one before (security.md D17). */
  victimsToken(): Promise<string>;
  /** Ids of the victim's authenticators, which the attacker may list. */
  readonly ids: readonly string[];
  /** The attacker's own access token for the MFA API, and for an API, both with a second factor. */
  readonly own: { readonly mfa: string; readonly api: string };
  /** A code that was sent to the attacker, and the login that it belongs to. */
  readonly challenge: { readonly token: string; readonly oobCode: string; readonly code: string };
  /** What the store holds of the victim. */
  victim(): Promise<string>;
  close(): void;
}

export async function buildApp({ outbox = false } = {}) {
  const sink = await openSink();
  const stores = memoryStores();
  const env = outbox ? {} : { SMS_WEBHOOK_URL: sink.url };
  const built = await exampleApp({
    config: readConfig({ DATABASE_URL: 'memory:', MFA_POLICY: 'optional', ...env }),
    issuer: ISSUER,
    keys: await generateKeys(),
    stores,
    sessions: new session.MemoryStore(),
    seed,
    stopping: new AbortController().signal,
  });
  await built.importSeed();
  return { app: built.app, store: stores(ISSUER), sink };
}

export const form = (members: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries({ client_id: 'spa', ...members }).filter(([, it]) => it));

export async function openSite(): Promise<Site> {
  const { app, store, sink } = await buildApp();
  const server = app.listen(0, '127.0.0.1');
  const http = supertest(server);
  const login = (username: string, members = {}) =>
    http.post('/oauth/token').send(
      form({
        grant_type: 'password',
        username: `${username}@example.com`,
        password: PASSWORD,
        ...members,
      }),
    );
  const waiting = async (members = {}) => {
    const { mfa_token: token } = (await login('attacker', members).expect(403)).body;
    const asked = await http
      .post('/mfa/challenge')
      .send(form({ mfa_token: token }))
      .expect(200);
    return { token, oobCode: asked.body.oob_code, code: sink.messages.at(-1)?.code ?? '' };
  };
  const pass = async (members = {}) => {
    const { token, oobCode, code } = await waiting(members);
    const proof = {
      grant_type: OOB_GRANT,
      mfa_token: token,
      oob_code: oobCode,
      binding_code: code,
    };
    return (await http.post('/oauth/token').send(form(proof)).expect(200)).body.access_token;
  };
  const own = {
    mfa: await pass({ audience: `${ISSUER}mfa/`, scope: SCOPES }),
    api: await pass({ audience: API, scope: 'openid read:notes' }),
  };
  const victimsToken = async () => (await login('victim').expect(403)).body.mfa_token as string;
  const token = await victimsToken();
  const listed = await http.get('/mfa/authenticators').set(bearer(token)).expect(200);
  return {
    server,
    http,
    token,
    victimsToken,
    ids: listed.body.map(({ id }: { id: string }) => id),
    own,
    challenge: await waiting(),
    async victim() {
      const { authenticators } = await store.load({ userId: 'victim' });
      return JSON.stringify(authenticators.map(({ id, kind, status }) => [id, kind, status]));
    },
    close() {
      server.closeAllConnections();
      server.close();
      sink.close();
    },
  };
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** Everything in an answer that might open a door: strings of the body, and cookies. */
export function loot({ body, text, headers }: Response) {
  const strings: string[] = [];
  const collect = (value: unknown) => {
    if (typeof value === 'string' && value.length >= 16) strings.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(body);
  const isPage = headers['content-type']?.startsWith('text/html') === true;
  if (isPage) strings.push(...[...text.matchAll(/value="([^"]{16,})"/g)].map(([, it = '']) => it));
  else if (strings.length === 0 && text) strings.push(...(text.match(/[\w.~+/-]{16,2048}/g) ?? []));
  const cookies = ([headers['set-cookie'] ?? []].flat() as string[]).map(
    (it) => it.split(';')[0] ?? '',
  );
  return { strings: strings.filter((it) => /^[\w.~+/-]{1,2048}$/.test(it)).slice(0, 40), cookies };
}
