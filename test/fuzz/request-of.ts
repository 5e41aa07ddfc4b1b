import { gzipSync } from 'node:zlib';
import { OOB_GRANT, OTP_GRANT, RECOVERY_GRANT } from '../support/app.js';
import { totp } from '../support/attack.js';
import type { FuzzCase } from './cases.js';
import type { WireRequest } from './connection.js';
import { type Held, newest, resolve, textOf } from './held.js';

const USERS = [
  { id: 'u1', username: 'ann@example.com', password: 'correct horse' },
  { id: 'u2', username: 'bob@example.com', password: 'battery staple' },
] as const;
const MFA = {
  audience: 'https://auth.example.com/mfa/',
  scope: 'enroll read:authenticators remove:authenticators',
};
const REALM = 'http://auth0.com/oauth/grant-type/password-realm';

export interface Planned {
  readonly request: WireRequest;
  /** Parameters as they were meant; the frame may have spoilt them. */
  readonly params: Record<string, unknown>;
  readonly bearer: string | undefined;
  /** The server may hang up before it has read this. */
  readonly huge: boolean;
}

function plain(
  h: Held,
  c: FuzzCase,
): { path: string; method: string; params: Record<string, unknown>; bearer?: string | undefined } {
  const { username, password, id } = USERS[c.user] as (typeof USERS)[number];
  const login = newest(h.logins, c.pick);
  const bearer = c.form ? login?.token : (newest(h.access, c.pick)?.token ?? login?.token);
  const token = { method: 'POST', path: '/oauth/token' };
  const client_id = c.client;
  const credentials = { client_id, username, password };
  const mfa_token = login?.token ?? '';
  const now = h.t.clock.now();
  const sent = newest(h.sent, c.pick);
  const secret = h.secrets.findLast((it) => it.user === (login?.user ?? id))?.secret;
  const codes = h.recovery.filter((it) => it.user === (login?.user ?? id));
  const recovery = newest(codes, c.pick)?.code; // earlier ones too: they must be dead
  const associate = (params: object) => ({
    method: 'POST',
    path: '/mfa/associate',
    params: { ...params },
    bearer,
  });
  const proof = { client_id: login?.client ?? client_id, mfa_token };
  switch (c.operation) {
    case 'login':
      return { ...token, params: { grant_type: 'password', ...credentials } };
    case 'realm':
      return { ...token, params: { grant_type: REALM, realm: 'users', ...credentials } };
    case 'mfa-login':
      return { ...token, params: { grant_type: 'password', ...credentials, ...MFA } };
    case 'associate-otp':
      return associate({ authenticator_types: ['otp'] });
    case 'associate-sms':
      return associate({
        authenticator_types: ['oob'],
        oob_channels: ['sms'],
        phone_number: `+1555555${1000 + ((now / 1000) % 9000)}`,
      });
    case 'associate-email':
      return associate({ authenticator_types: ['oob'], oob_channels: ['email'] });
    case 'challenge':
      return { method: 'POST', path: '/mfa/challenge', params: { ...proof } };
    case 'otp':
      return {
        ...token,
        params: { grant_type: OTP_GRANT, ...proof, otp: secret ? totp(secret, now) : '000000' },
      };
    case 'oob':
      return {
        ...token,
        params: {
          grant_type: OOB_GRANT,
          ...proof,
          ...(sent && { mfa_token: sent.token }),
          oob_code: sent?.oobCode ?? '',
          binding_code: sent?.code ?? '',
        },
      };
    case 'recovery':
      return {
        ...token,
        params: { grant_type: RECOVERY_GRANT, ...proof, recovery_code: recovery ?? 'A'.repeat(24) },
      };
    case 'list':
      return { method: 'GET', path: '/mfa/authenticators', params: {}, bearer };
    case 'delete':
      return {
        method: 'DELETE',
        path: `/mfa/authenticators/${encodeURIComponent(newest(h.ids, c.pick) ?? 'x')}`,
        params: {},
        bearer,
      };
    case 'discovery':
      return { method: 'GET', path: '/.well-known/openid-configuration', params: {} };
    case 'jwks':
      return { method: 'GET', path: '/.well-known/jwks.json', params: {} };
  }
}

/** The request of a case, in this world. */
export function requestOf(h: Held, c: FuzzCase): Planned {
  const { path, method, params, bearer } = plain(h, c);
  for (const [name, value] of c.changes) {
    const made = resolve(h, value);
    Object.defineProperty(params, name, {
      value: made,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  const given = c.bearer === undefined ? bearer : headerText(resolve(h, c.bearer));
  const id = c.pathId === undefined ? undefined : textOf(resolve(h, c.pathId));
  const target =
    id === undefined || c.operation !== 'delete' ? path : `/mfa/authenticators/${pathText(id)}`;
  const { bytes, type, encoding } = framed(c, params);
  const hasBody = (c.method ?? method) === 'POST' || Object.keys(params).length > 0;
  const headers: Record<string, string> = {
    ...(given !== undefined && { Authorization: `Bearer ${given}` }),
    ...(c.origin !== undefined && { Origin: c.origin }),
    ...(hasBody && type !== undefined && { 'Content-Type': type }),
    ...(hasBody && encoding !== undefined && { 'Content-Encoding': encoding }),
  };
  const request = {
    method: c.method ?? method,
    path: target,
    headers,
    body: hasBody ? bytes : undefined,
  };
  return { request, params, bearer: given, huge: c.frame === 'huge' };
}

/** What may stand in a header at all. */
const headerText = (value: unknown) =>
  textOf(value)
    .replace(/[^\x20-\x7e\x80-\xff]/g, '?')
    .trim();
/** What may stand in a request line at all. */
const pathText = (value: string) =>
  (!/\p{Surrogate}/u.test(value) ? encodeURIComponent(value) : '%zz')
    .slice(0, 3000)
    .replaceAll('%25', '%');

const form = (params: Record<string, unknown>) =>
  Object.entries(params)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((it) => `${quoted(name)}=${quoted(textOf(it))}`),
    )
    .join('&');
const quoted = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));

function framed({ form: isForm, frame }: FuzzCase, params: Record<string, unknown>) {
  const text = isForm ? form(params) : JSON.stringify(params);
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const bytes = Buffer.from(text);
  const other = (body: Buffer | string) => ({
    bytes: Buffer.from(body as string),
    type,
    encoding: undefined,
  });
  switch (frame) {
    case 'twice':
      return other(isForm ? `${text}&${text}` : text.replace(/^\{(.+)\}$/s, '{$1,$1}'));
    case 'cut':
      return other(text.slice(0, Math.floor(text.length * 0.7)));
    case 'bom':
      return other(`\ufeff${text}`);
    case 'gzip':
      return { bytes: gzipSync(bytes), type, encoding: 'gzip' };
    case 'text':
      return { bytes, type: 'text/plain', encoding: undefined };
    case 'utf16':
      return {
        bytes: Buffer.from(text, 'utf16le'),
        type: `${type}; charset=utf-16`,
        encoding: undefined,
      };
    case 'no type':
      return { bytes, type: undefined, encoding: undefined };
    case 'deep':
      return other(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    case 'many':
      return other(Array.from({ length: 4000 }, (_, i) => i.toString(36)).join(isForm ? '&' : ','));
    case 'huge':
      return other('a'.repeat(200_000));
    case 'empty':
      return other('');
    case 'array':
      return other(`[${text}]`);
    case 'not utf8':
      return other(Buffer.concat([bytes, Buffer.from([0xff, 0xfe])]));
    case undefined:
      return other(text);
  }
}
