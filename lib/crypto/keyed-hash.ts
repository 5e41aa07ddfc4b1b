import { createHmac } from 'node:crypto';
import { safeEqual } from './safe-equal.js';
import type { DerivedKeys, Purpose } from './secrets.js';

/** Hashes that nobody can compute, or search through, without the pepper (security.md section 2.1). */
export interface KeyedHash {
  /** `keyId.hash` under the current key. The parts are length-prefixed, so no two lists are alike. */
  make(purpose: Purpose, parts: readonly string[]): string;
  /** The hash under every key that is known, the current one first: what an index is searched by. */
  all(purpose: Purpose, parts: readonly string[]): readonly string[];
  /** Whether the current key made it. */
  isCurrent(stored: string): boolean;
  /** Whether `stored` was made from these parts, by the key that it names; compares in constant time. */
  matches(purpose: Purpose, parts: readonly string[], stored: string): boolean;
}

function hmac(keys: DerivedKeys, purpose: Purpose, parts: readonly string[]): Buffer {
  const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
  return createHmac('sha256', keys.key(purpose)).update(text).digest();
}

export function keyedHash(ring: readonly DerivedKeys[]): KeyedHash {
  const current = ring[0] as DerivedKeys;
  const make = (keys: DerivedKeys, purpose: Purpose, parts: readonly string[]) =>
    `${keys.id}.${hmac(keys, purpose, parts).toString('base64url')}`;
  return {
    make: (purpose, parts) => make(current, purpose, parts),
    all: (purpose, parts) => ring.map((keys) => make(keys, purpose, parts)),
    isCurrent: (stored) => stored.startsWith(`${current.id}.`),
    matches(purpose, parts, stored) {
      const dot = stored.indexOf('.');
      const keys = ring.find(({ id }) => id === stored.slice(0, dot));
      if (!keys) return false;
      const wanted = Buffer.from(stored.slice(dot + 1), 'base64url');
      return safeEqual(hmac(keys, purpose, parts), wanted);
    },
  };
}
