import { createHmac } from 'node:crypto';
import type { Random } from '../ports/index.js';
import { safeEqual } from './safe-equal.js';
import { type DerivedKeys, sha256 } from './secrets.js';

/** What a handle is: `mfa` = `mfa_token`, `oob` = `oob_code`, `dev` = a known device, `rt` = a refresh token. */
export type HandleKind = 'mfa' | 'oob' | 'dev' | 'trust' | 'rt';

/** A handle that was read: `malformed` covers forged, foreign and truncated ones alike. */
export type ReadHandle =
  /** `expiresAt` in milliseconds, rounded up to a second. */
  | { readonly state: 'valid'; readonly id: string; readonly expiresAt: number }
  | { readonly state: 'expired'; readonly id: string }
  | { readonly state: 'malformed' };

/**
 * Opaque handles: `kind_` and base64url of 32 random bytes, the expiry (4 bytes, seconds since 1970) and a
 * keyed tag (16 bytes). The tag covers kind and issuer and is checked before any store access, so a forged
 * handle costs no query (security.md D17, D18). The store knows only the SHA-256 of it. One that is bound to a user
 * is malformed for every other.
 */
export interface Handles {
  make(
    kind: HandleKind,
    expiresAt: number,
    boundTo?: string,
  ): { readonly handle: string; readonly id: string };
  read(kind: HandleKind, handle: string, now: number, boundTo?: string): ReadHandle;
}

const RANDOM = 32;
const PAYLOAD = RANDOM + 4;
const TAG = 16;
const LENGTH = Math.ceil(((PAYLOAD + TAG) * 4) / 3);

export function handles(ring: readonly DerivedKeys[], issuer: string, random: Random): Handles {
  const tag = (keys: DerivedKeys, kind: HandleKind, payload: Buffer, boundTo: string) =>
    createHmac('sha256', keys.key('handle'))
      .update(`${kind} ${issuer} `)
      .update(payload)
      .update(boundTo)
      .digest()
      .subarray(0, TAG);

  return {
    make(kind, expiresAt, boundTo = '') {
      const payload = Buffer.alloc(PAYLOAD);
      random.bytes(RANDOM).copy(payload);
      payload.writeUInt32BE(Math.ceil(expiresAt / 1000), RANDOM);
      const whole = Buffer.concat([payload, tag(ring[0] as DerivedKeys, kind, payload, boundTo)]);
      return { handle: `${kind}_${whole.toString('base64url')}`, id: sha256(whole) };
    },
    read(kind, handle, now, boundTo = '') {
      const text = handle.slice(kind.length + 1);
      if (!handle.startsWith(`${kind}_`) || text.length !== LENGTH) return { state: 'malformed' };
      const whole = Buffer.from(text, 'base64url');
      // Only the one canonical spelling: other characters and other trailing bits decode to the same bytes.
      if (whole.toString('base64url') !== text) return { state: 'malformed' };
      const payload = whole.subarray(0, PAYLOAD);
      const known = ring.some((keys) =>
        safeEqual(tag(keys, kind, payload, boundTo), whole.subarray(PAYLOAD)),
      );
      if (!known) return { state: 'malformed' };
      const expiresAt = payload.readUInt32BE(RANDOM) * 1000;
      const id = sha256(whole);
      return expiresAt <= now ? { state: 'expired', id } : { state: 'valid', id, expiresAt };
    },
  };
}
