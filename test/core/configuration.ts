// Each mistake of a host: a TypeError with a stable code, the option's path, and what to write instead.
import { generateKeys, type MfaKeys, otp } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { expect } from 'vitest';

/** [what is wrong, code, path, options, what the message says to do] */
export type Case = readonly [string, string, string, unknown, RegExp];

/** Options that are right. */
export async function validOptions() {
  const keys: MfaKeys = await generateKeys();
  return {
    issuer: 'https://auth.example.com/',
    keys,
    users: { findById: () => undefined, authenticate: () => undefined },
    clients: { findById: () => undefined },
    stores: memoryStores(),
    authenticators: [otp({ issuer: 'Example' })],
  };
}

export function refuses(
  make: () => unknown,
  [code, path, advice]: readonly [string, string, RegExp],
  { pepper, encryption }: Partial<MfaKeys> = {},
) {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(expect.objectContaining({ code, path }));
  try {
    make();
  } catch (error) {
    const { message } = error as TypeError;
    expect(message.startsWith(`${path}: `)).toBe(true);
    expect(message).toMatch(advice);
    expect(message.endsWith(`(${code})`)).toBe(true);
    for (const ring of [pepper, encryption]) {
      expect(message).not.toContain(ring?.current.secret ?? '\0');
    }
  }
}
