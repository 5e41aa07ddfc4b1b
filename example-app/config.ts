import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { MfaKeys } from 'express-mfa';
import { appFile } from './files.js';

export type Database =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly directory: string }
  | { readonly kind: 'postgres'; readonly url: string };

/** What the environment says, checked. */
export interface Config {
  readonly production: boolean;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Undefined = `http://localhost:PORT/`, once the port is known. */
  readonly issuer: string | undefined;
  readonly database: Database;
  /** Where logins under way live; undefined = in the database. */
  readonly redisUrl: string | undefined;
  /** Undefined = a generated file in `dataDirectory`. */
  readonly secrets: MfaKeys | undefined;
  readonly dataDirectory: string;
  readonly seedFile: string;
  /** Undefined = the dev outbox. */
  readonly webhookUrl: string | undefined;
  readonly countries: readonly string[];
  readonly policy: 'always' | 'optional';
  readonly trustProxy: string | number | false;
}

const PRODUCTION = {
  memory: 'DATABASE_URL=memory: forgets everything at a restart; give postgres://… or a directory',
  secrets: 'MFA_SECRETS is required in production (JSON, or base64 of JSON, of the keys)',
  outbox: 'SMS_WEBHOOK_URL is required in production; the dev outbox shows codes to everyone',
};

/**
 * Reads every variable once. Nothing else of the app looks at the environment.
 *
 * @throws Error that names every variable that is wrong, in one line
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const read = <T>(name: string, parse: (value: string) => T, absent: T): T => {
    const value = env[name]?.trim();
    if (!value) return absent;
    try {
      return parse(value);
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`);
      return absent;
    }
  };
  const production = env.NODE_ENV === 'production';
  const config: Config = {
    production,
    host: read('HOST', String, '127.0.0.1'),
    port: read('PORT', port, 3000),
    tls: tls(read('TLS_CERT', readFile, undefined), read('TLS_KEY', readFile, undefined), problems),
    issuer: read('ISSUER', issuer, undefined),
    database: read('DATABASE_URL', database, { kind: 'sqlite', directory: '.data' }),
    redisUrl: read('REDIS_URL', redisUrl, undefined),
    secrets: read('MFA_SECRETS', secrets, undefined),
    dataDirectory: '.data',
    seedFile: read('SEED_FILE', String, appFile('seed.json')),
    webhookUrl: read('SMS_WEBHOOK_URL', webUrl, undefined),
    countries: read('SMS_COUNTRIES', countries, ['US', 'CA', 'GB', 'DE']),
    policy: read('MFA_POLICY', policy, 'always'),
    trustProxy: read('TRUST_PROXY', trustProxy, false),
  };
  if (production) {
    if (config.database.kind === 'memory') problems.push(PRODUCTION.memory);
    if (!config.secrets && !env.MFA_SECRETS?.trim()) problems.push(PRODUCTION.secrets);
    if (!config.webhookUrl && !env.SMS_WEBHOOK_URL?.trim()) problems.push(PRODUCTION.outbox);
  }
  if (problems.length > 0) throw new Error(problems.join('; '));
  return config;
}

function fail(message: string): never {
  throw new Error(message);
}

function port(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) fail('must be a number from 0 to 65535');
  return Number(value);
}

function webUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) fail('must be an absolute http(s) URL');
  return value;
}

function issuer(value: string): string {
  const { pathname, search, hash } = new URL(webUrl(value));
  if (!value.endsWith('/') || !pathname.endsWith('/') || search || hash) {
    fail('must end with a slash: https://auth.example.com/');
  }
  return value;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    return fail(`cannot be read: ${(error as Error).message}`);
  }
}

function tls(cert: Buffer | undefined, key: Buffer | undefined, problems: string[]) {
  if (!cert && !key) return undefined;
  try {
    if (!cert || !key) fail('must both be set, or neither');
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (error) {
    problems.push(`TLS_CERT and TLS_KEY ${(error as Error).message}`);
    return undefined;
  }
}

function database(value: string): Database {
  if (value === 'memory:') return { kind: 'memory' };
  if (/^postgres(ql)?:\/\//i.test(value)) return { kind: 'postgres', url: value };
  if (/^[a-z][a-z0-9+.-]+:/i.test(value))
    fail('must be memory:, postgres://… or the path of a directory');
  return { kind: 'sqlite', directory: value };
}

function redisUrl(value: string): string {
  if (!URL.canParse(value) || !/^rediss?:/.test(value)) fail('must be redis://… or rediss://…');
  return value;
}

function secrets(value: string): MfaKeys {
  const text = value.startsWith('{') ? value : Buffer.from(value, 'base64').toString();
  try {
    return JSON.parse(text);
  } catch {
    return fail('must be JSON, or base64 of JSON'); // without the text: it is secret
  }
}

function countries(value: string): readonly string[] {
  const list = value.split(',').map((it) => it.trim());
  if (!list.every((it) => /^[A-Z]{2}$/.test(it))) fail('must be ISO countries: US,DE');
  return list;
}

function policy(value: string): 'always' | 'optional' {
  return value === 'always' || value === 'optional' ? value : fail('must be always or optional');
}

const PROXIES = 'must name the proxies: a number of hops, loopback, or their addresses';

const MOST_HOPS = 20;

/** As Express takes it; `true`, or a network of everybody, would believe an address that any client can write. */
function trustProxy(value: string): string | number | false {
  if (value === 'false') return false;
  if (/^\d+$/.test(value)) return Number(value) <= MOST_HOPS ? Number(value) : fail(PROXIES);
  return value.split(',').every((it) => isProxy(it.trim())) ? value : fail(PROXIES);
}

/** `loopback`, `linklocal`, `uniquelocal`, an address, or a network that is not everybody. */
function isProxy(it: string): boolean {
  if (/^(loopback|linklocal|uniquelocal)$/.test(it)) return true;
  const [address = '', bits, ...more] = it.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128);
}
