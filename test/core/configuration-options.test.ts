// Each mistake of a host: a TypeError with a stable code, the option's path, and what to write instead.
import { createMfa, otp } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { describe, expect, test } from 'vitest';
import { type Case, refuses, validOptions } from './configuration.js';

const valid = await validOptions();
const with_ = (more: object) => ({ ...valid, ...more });

const issuers = [
  '',
  'auth.example.com',
  'https://auth.example.com',
  'http://auth.example.com/',
  'https://auth.example.com/?a=b',
  'https://auth.example.com/#x',
  'https://user:pw@auth.example.com/',
  'HTTPS://AUTH.example.com/',
  'https://auth.example.com:443/',
  '//auth.example.com/',
  'javascript:alert(1)//',
  'http://localhost.example.com/',
];

const cases: readonly Case[] = [
  ...issuers.map(
    (issuer): Case => [
      `issuer ${JSON.stringify(issuer)}`,
      'ERR_MFA_ISSUER',
      'issuer',
      with_({ issuer }),
      /trailing slash.*https:\/\/auth\.example\.com\//,
    ],
  ),
  ['no issuer', 'ERR_MFA_OPTION', 'issuer', with_({ issuer: undefined }), /string/],
  ['no options', 'ERR_MFA_OPTION', 'options', undefined, /object/],
  ['a spelling', 'ERR_MFA_UNKNOWN_OPTION', 'store', with_({ store: 1 }), /docs\/options\.md/],
  ['a list for an option of numbers', 'ERR_MFA_OPTION', 'guesses', with_({ guesses: [] }), /./],
  [
    'an unknown number',
    'ERR_MFA_UNKNOWN_OPTION',
    'guesses.perHour',
    with_({ guesses: { perHour: 3 } }),
    /docs\/options\.md/,
  ],
  [
    'an unknown lifetime',
    'ERR_MFA_UNKNOWN_OPTION',
    'lifetimes.mfatoken',
    with_({ lifetimes: { mfatoken: 60 } }),
    /docs\/options\.md/,
  ],
  [
    'a limit raised',
    'ERR_MFA_LIMIT',
    'guesses.perDay',
    with_({ guesses: { perDay: 16 } }),
    /from 5 to 15 \(default 15\)/,
  ],
  ['users without findById', 'ERR_MFA_OPTION', 'users', with_({ users: {} }), /findById\(\)/],
  ['no clients', 'ERR_MFA_OPTION', 'clients', with_({ clients: null }), /findById\(\)/],
  ['stores not called', 'ERR_MFA_OPTION', 'stores', with_({ stores: {} }), /function/],
  [
    'no authenticators',
    'ERR_MFA_OPTION',
    'authenticators',
    with_({ authenticators: [] }),
    /otp\(\{ issuer \}\)/,
  ],
  [
    'a type that was not called',
    'ERR_MFA_OPTION',
    'authenticators[0]',
    with_({ authenticators: [otp] }),
    /entries\(\)/,
  ],
  [
    'a type twice',
    'ERR_MFA_AUTHENTICATORS',
    'authenticators',
    with_({ authenticators: [otp({ issuer: 'A' }), otp({ issuer: 'B' })] }),
    /once/,
  ],
  [
    'a policy that is no function',
    'ERR_MFA_OPTION',
    'policy',
    with_({ policy: 'none' }),
    /function/,
  ],
  ['a clock without now()', 'ERR_MFA_OPTION', 'clock', with_({ clock: Date.now }), /now\(\)/],
  ['chance without integer()', 'ERR_MFA_OPTION', 'random', with_({ random: {} }), /integer\(\)/],
  [
    'HS256',
    'ERR_MFA_OPTION',
    'accessTokenAlgorithm',
    with_({ accessTokenAlgorithm: 'HS256' }),
    /RS256.*ES256/,
  ],
  [
    'the MFA audience as an API',
    'ERR_MFA_OPTION',
    'apis[0].audience',
    with_({ apis: [{ audience: 'https://auth.example.com/mfa', scopes: [] }] }),
    /leave it out/,
  ],
  [
    'a scope with a space',
    'ERR_MFA_OPTION',
    'apis[0].scopes[0]',
    with_({ apis: [{ audience: 'a', scopes: ['a b'] }] }),
    /scope/,
  ],
];

describe('R-143: createMfa() refuses', () => {
  test.each(cases)('%s', (_, code, path, options, advice) => {
    refuses(() => createMfa(options as never), [code, path, advice], valid.keys);
  });
  test('and accepts what is right', () => {
    expect(Object.isFrozen(createMfa(valid))).toBe(true);
    for (const issuer of ['http://localhost:3000/', 'http://127.0.0.1/', 'https://a.example/b/']) {
      expect(createMfa(with_({ issuer }) as never).issuer).toBe(issuer);
    }
  });
});

test('memoryStores() refuses production', () => {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    expect(() => memoryStores()).toThrow(expect.objectContaining({ code: 'ERR_MFA_MEMORY_STORE' }));
    expect(() => memoryStores()).toThrow(/postgresStores\(pool\) or sqliteStores\(database\)/);
  } finally {
    process.env['NODE_ENV'] = before;
  }
});
