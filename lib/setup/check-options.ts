import { z } from 'zod';
import { LOCALES } from '../core/locale.js';
import type { MfaKeys } from '../crypto/keys.js';
import { configurationError } from '../errors.js';
import type { MfaOptions } from '../options.js';
import { GUESSES, LIFETIMES, SENDS } from './settings.js';

const fn = z.custom<unknown>((it) => typeof it === 'function', 'pass a function');
const has = (...methods: string[]) =>
  z.custom<unknown>(
    (it) =>
      methods.every((name) => typeof (it as Record<string, unknown> | null)?.[name] === 'function'),
    `pass an object with ${methods.map((name) => `${name}()`).join(' and ')}`,
  );
/** Numbers by these names and no others. */
const numbers = (ranges: object) =>
  z.strictObject(Object.fromEntries(Object.keys(ranges).map((it) => [it, z.number().optional()])));

const named = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,16}$/, 'use 1 to 16 characters of A-Z a-z 0-9 _ -'),
  secret: z.string(),
});
const ring = z.strictObject({
  current: named,
  next: named.optional(),
  previous: z.array(named).optional(),
});
const keySet = z.strictObject({
  pepper: ring,
  encryption: ring,
  signing: z.array(z.record(z.string(), z.unknown())).min(1),
});

const schema = z.strictObject({
  issuer: z.string(),
  keys: keySet,
  users: has('findById', 'authenticate'),
  clients: has('findById'),
  stores: fn,
  authenticators: z
    .array(has('entries', 'readProof', 'bind', 'match'))
    .min(1, 'list at least one authenticator type, for example otp({ issuer })'),
  apis: z
    .array(
      z.strictObject({
        audience: z.string().min(1),
        scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is no scope name')),
        accessTokenLifetime: z.number().optional(),
      }),
    )
    .optional(),
  defaultAudience: z.string().min(1).optional(),
  policy: fn.optional(),
  lifetimes: numbers(LIFETIMES).optional(),
  guesses: numbers(GUESSES).optional(),
  sends: numbers(SENDS).optional(),
  accessTokenAlgorithm: z.enum(['RS256', 'ES256']).optional(),
  mfaRequirements: z.boolean().optional(),
  amrInIdToken: z.boolean().optional(),
  onEvent: fn.optional(),
  onAlert: fn.optional(),
  allowSelfEnrollment: fn.optional(),
  onDowngrade: fn.optional(),
  botCheck: fn.optional(),
  notices: z.union([fn, has('send')]).optional(),
  deviceCookie: z.boolean().optional(),
  trustedDevices: z
    .union([z.boolean(), z.strictObject({ days: z.int().min(1).max(30).optional() })])
    .optional(),
  locale: z.enum(LOCALES).optional(),
  shadowBudgets: z.boolean().optional(),
  requireUnrestricted: z.boolean().optional(),
  audit: z
    .union([
      z.literal(false),
      z.strictObject({ retentionDays: z.int().min(1).max(3650).optional() }),
    ])
    .optional(),
  clock: has('now').optional(),
  random: has('bytes', 'integer').optional(),
});

/**
 * Refuses what `createMfa()` cannot work with.
 *
 * @throws TypeError `ERR_MFA_UNKNOWN_OPTION`, `ERR_MFA_OPTION`, `ERR_MFA_ISSUER`, `ERR_MFA_AUTHENTICATORS`
 */
export function checkOptions(options: MfaOptions): void {
  const result = schema.safeParse(options);
  if (!result.success) throw optionError(result.error.issues[0] as z.core.$ZodIssue);
  checkIssuer(options.issuer);
  const names = options.authenticators.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw configurationError('ERR_MFA_AUTHENTICATORS', 'authenticators', 'list each type once');
  }
  if (!options.authenticators.some((type) => type.associate)) {
    const problem = 'list a type that users can enroll, otp() or oob(), beside recoveryCode()';
    throw configurationError('ERR_MFA_AUTHENTICATORS', 'authenticators', problem);
  }
  if (options.requireUnrestricted === true && isRestricted(options)) {
    const problem =
      'list otp(): codes by telephone or e-mail alone are refused by requireUnrestricted';
    throw configurationError('ERR_MFA_AUTHENTICATORS', 'authenticators', problem);
  }
  checkAudiences(options);
}

/** Whether users can enroll nothing but codes by telephone or e-mail (NIST SP 800-63B-4 section 3.1.3.3; R-061). */
export const isRestricted = ({ authenticators }: Pick<MfaOptions, 'authenticators'>): boolean =>
  authenticators.every((type) => !type.associate || type.name === 'oob');

/**
 * A set of keys that was read from a file.
 *
 * @throws TypeError `ERR_MFA_UNKNOWN_OPTION`, `ERR_MFA_OPTION`
 */
export function readKeySet(value: unknown): MfaKeys {
  const result = z.strictObject({ keys: keySet }).safeParse({ keys: value });
  if (!result.success) throw optionError(result.error.issues[0] as z.core.$ZodIssue);
  return value as MfaKeys;
}

/** What to write instead, by the option that is wrong. */
const ADVICE: Readonly<Record<string, string>> = {
  options: 'call createMfa({ issuer, keys, users, clients, stores, authenticators })',
  issuer: "write an absolute URL with a trailing slash, 'https://auth.example.com/'",
  keys: 'pass the set that `npx express-mfa keys` or `await generateKeys()` made',
  users: 'write { findById: (id) => user, authenticate: (username, password) => user }',
  clients: 'write { findById: (id) => client }',
  stores: 'write memoryStores(), sqliteStores(database) or postgresStores(pool)',
  authenticators:
    "write [otp({ issuer: 'Example' }), oob({ channels: [sms({ … })] }), recoveryCode()]",
  apis: "write [{ audience: 'https://api.example.com/', scopes: ['read:notes'] }]",
  lifetimes: 'write whole seconds, { mfaToken: 600 }',
  guesses: 'write whole numbers, { perDay: 15 }',
  sends: 'write whole numbers, { perUserPerDay: 10 }',
  audit: 'write false, or { retentionDays: 90 }',
  policy: "write (user, client, audience, request) => 'enroll'",
};

function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((it) => (typeof it === 'number' ? `[${it}]` : `.${String(it)}`)).join('');
  return text.replace(/^\./, '') || 'options';
}

function optionError(issue: z.core.$ZodIssue): TypeError {
  if (issue.code === 'unrecognized_keys') {
    const path = pathOf([...issue.path, issue.keys[0] as string]);
    const problem = 'is not an option; check the spelling in docs/options.md';
    return configurationError('ERR_MFA_UNKNOWN_OPTION', path, problem);
  }
  const path = pathOf(issue.path);
  const advice = ADVICE[path.replace(/[.[].*/, '')];
  const problem = advice === undefined ? issue.message : `${issue.message}; ${advice}`;
  return configurationError('ERR_MFA_OPTION', path, problem);
}

function checkAudiences({ issuer, apis = [], defaultAudience }: MfaOptions): void {
  const audiences = apis.map(({ audience }) => audience);
  const twice = audiences.findIndex((it, i) => audiences.indexOf(it) !== i);
  if (twice >= 0) {
    const problem = 'is listed already; list each audience once, with all of its scopes';
    throw configurationError('ERR_MFA_OPTION', `apis[${twice}].audience`, problem);
  }
  const known = [...audiences, `${issuer}userinfo`, `${issuer}mfa/`];
  if (defaultAudience === undefined || known.includes(defaultAudience)) return;
  const problem = 'is none of apis, so no login without an audience could succeed; list it there';
  throw configurationError('ERR_MFA_OPTION', 'defaultAudience', problem);
}

/** Characters of the issuer's host: it stands in every message, which is to be a single one (security.md R-133). */
const MAX_HOST = 100;

function checkIssuer(issuer: string): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const plain = url && !url.search && !url.hash && !url.username && url.href === issuer;
  const secure =
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname));
  if ((url?.hostname.length ?? 0) > MAX_HOST) {
    const problem = `has a host of more than ${MAX_HOST} characters, which no text message has room for`;
    throw configurationError('ERR_MFA_ISSUER', 'issuer', problem);
  }
  if (plain && secure && issuer.endsWith('/')) return;
  throw configurationError(
    'ERR_MFA_ISSUER',
    'issuer',
    `${JSON.stringify(issuer)} cannot be the issuer; use an absolute https URL in its canonical form with a trailing slash, such as 'https://auth.example.com/' (http only for localhost)`,
  );
}
