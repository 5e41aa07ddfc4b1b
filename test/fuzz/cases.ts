// What a request may be: one that works, with something about it changed.
import fc from 'fast-check';

export const PARAMETERS = [
  'grant_type',
  'client_id',
  'client_secret',
  'username',
  'password',
  'realm',
  'audience',
  'scope',
  'mfa_token',
  'otp',
  'oob_code',
  'binding_code',
  'recovery_code',
  'challenge_type',
  'authenticator_id',
  'oob_channel',
  'authenticator_types',
  'oob_channels',
  'phone_number',
  'email',
] as const;

export const OPERATIONS = [
  'login',
  'realm',
  'mfa-login',
  'associate-otp',
  'associate-sms',
  'associate-email',
  'challenge',
  'otp',
  'oob',
  'recovery',
  'list',
  'delete',
  'discovery',
  'jwks',
] as const;

export const POOLS = [
  'mfaTokens',
  'oobCodes',
  'codes',
  'otps',
  'recoveryCodes',
  'accessTokens',
  'ids',
] as const;
const TWISTS = [
  'none',
  'none',
  'none',
  'flip',
  'cut',
  'append',
  'case',
  'double',
  'space',
] as const;

/** Something that was handed out before, as it is or nearly so. */
export interface Reference {
  readonly pool: (typeof POOLS)[number];
  readonly at: number;
  readonly twist: (typeof TWISTS)[number];
}

export type Value = { readonly reference: Reference } | { readonly literal: unknown };

const literals: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  123456,
  1.5,
  '',
  ' ',
  '0',
  '000000',
  '12345',
  '1234567',
  '-12345',
  '1e5',
  '１２３４５６',
  '٠١٢٣٤٥',
  '123456\n',
  '\u0000',
  '123456\u0000',
  [],
  ['otp'],
  ['oob'],
  ['sms'],
  ['voice', 'sms'],
  ['email'],
  ['otp', 'oob'],
  [['otp']],
  [null],
  [1],
  Array(11).fill('otp'),
  {},
  { $ne: 1 },
  { toString: 'x' },
  { length: 1 },
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'password',
  'mfa',
  'spa',
  'other',
  'web',
  'web-secret',
  'nobody',
  'ann@example.com',
  'ANN@EXAMPLE.COM',
  'eve@example.com',
  'correct horse',
  'openid profile email',
  'enroll read:authenticators remove:authenticators',
  '*',
  'https://auth.example.com/mfa/',
  'https://auth.example.com/',
  'https://api.example.com/',
  'javascript:alert(1)',
  '../../etc/passwd',
  '%00',
  '%7C',
  "' or 1=1 --",
  '<script>',
  '\u202e',
  '\u200b',
  'x'.repeat(2048),
  'x'.repeat(2049),
  'é'.repeat(2000),
  '\ud800',
  '+15555550123',
  '+15555550124',
  '+1 (555) 555-0125',
  '+19005550123',
  '+15555550123;ext=9',
  'tel:+15555550123',
  '0015555550123',
  '+1٥٥٥٥٥٥٠١٢٣',
  'a@b',
  'a@example.com,b@example.com',
  'a\r\nBcc: b@example.com',
  'otp',
  'oob',
  'sms',
  'voice',
  'email',
  'auth0',
  'push',
  'recovery-code',
  'otp oob',
  'totp|dev_AAAAAAAAAAAAAAAA',
  'sms|dev_AAAAAAAAAAAAAAAA',
  'refresh_token',
  'client_credentials',
  'authorization_code',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
  'http://auth0.com/oauth/grant-type/mfa-recovery-code',
  'http://auth0.com/oauth/grant-type/MFA-OTP',
];

const reference = fc.record({
  pool: fc.constantFrom(...POOLS),
  at: fc.nat(5),
  twist: fc.constantFrom(...TWISTS),
});

const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...literals).map((literal) => ({ literal })) },
  { weight: 4, arbitrary: reference.map((it) => ({ reference: it })) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((literal) => ({ literal })),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((literal) => ({ literal })) },
);

const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<string>(...PARAMETERS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      '',
      'amr',
      'active',
      'user_id',
      'otp[]',
      'otp[$ne]',
    ),
  },
);

/** What is done to the bytes of the body, or to the frame around it. */
export const FRAMES = [
  'twice',
  'cut',
  'bom',
  'gzip',
  'text',
  'utf16',
  'no type',
  'deep',
  'many',
  'huge',
  'empty',
  'array',
  'not utf8',
] as const;

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const;
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

export const fuzzCase = fc.record({
  operation: fc.constantFrom(...OPERATIONS),
  user: fc.nat(1),
  client: fc.constantFrom('spa', 'spa', 'spa', 'other', 'web', 'nomfa'),
  form: fc.boolean(),
  /** Which of the things handed out is used; 0 is the newest. */
  pick: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(4) }),
  /** Seconds before it. */
  wait: fc.constantFrom(
    ...Array<number>(30).fill(0),
    1,
    1,
    1,
    29,
    31,
    31,
    61,
    61,
    301,
    601,
    3600,
    86_400,
  ),
  changes: fc
    .array(fc.tuple(name, value), { maxLength: 3, size: 'max' })
    .map((it) => it.slice(0, Math.max(0, it.length - 1))),
  frame: rarely(fc.constantFrom(...FRAMES)),
  method: rarely(fc.constantFrom(...methods)),
  bearer: rarely(value),
  pathId: rarely(value),
  origin: rarely(fc.constantFrom('https://spa.example.com', 'null', 'https://evil.example')),
});

export type FuzzCase = typeof fuzzCase extends fc.Arbitrary<infer T> ? T : never;
