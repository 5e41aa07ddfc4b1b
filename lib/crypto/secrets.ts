import { createSecretKey, hash, hkdfSync, type KeyObject } from 'node:crypto';
import type { KeyRing, NamedSecret } from './keys.js';

/** What a derived key is for. A key made for one purpose opens nothing of another. */
export type Purpose = 'code' | 'recovery-code' | 'address' | 'handle' | 'seal';

/** One secret of a ring with the keys derived from it. */
export interface DerivedKeys {
  readonly id: string;
  readonly key: (purpose: Purpose) => KeyObject;
}

/** All secrets of a ring, the current one first. */
export const secretsOf = ({ current, next, previous = [] }: KeyRing): readonly NamedSecret[] => [
  current,
  ...(next ? [next] : []),
  ...previous,
];

/** The ring's secrets, current first; each key is derived once (HKDF-SHA-256, RFC 5869). */
export function deriveRing(ring: KeyRing, purposes: readonly Purpose[]): readonly DerivedKeys[] {
  return secretsOf(ring).map(({ id, secret }) => {
    const keys = new Map<Purpose, KeyObject>();
    for (const purpose of purposes) {
      const info = `express-mfa ${purpose} v1`;
      const bytes = hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', info, 32);
      keys.set(purpose, createSecretKey(Buffer.from(bytes)));
    }
    return {
      id,
      key(purpose) {
        const key = keys.get(purpose);
        if (!key) throw new Error(`no key for ${purpose}`);
        return key;
      },
    };
  });
}

/** SHA-256 as base64url: how handles stand in the store. */
export function sha256(data: Buffer | string): string {
  return hash('sha256', data, 'base64url');
}
