import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { Random } from '../ports/index.js';
import type { DerivedKeys } from './secrets.js';

/**
 * Encrypts what must come back: TOTP secrets, numbers, addresses. Envelope encryption with AES-256-GCM: each
 * record has a data key of its own, wrapped by the encryption key (NIST SP 800-38D; security.md section 2.1).
 */
export interface Seal {
  /** `keyId.base64url` of wrapped key and ciphertext. `identity` names the record and is bound to it. */
  seal(plain: string, identity: readonly string[]): string;
  /** Whether the current key sealed it. */
  isCurrent(sealed: string): boolean;
  /** @throws Error when no key opens it or it belongs to another record */
  open(sealed: string, identity: readonly string[]): string;
}

const NONCE = 12;
const TAG = 16;
const KEY = 32;
const WRAPPED = NONCE + KEY + TAG;

type Key = KeyObject | Buffer;

export function sealing(ring: readonly DerivedKeys[], random: Random): Seal {
  const encrypt = (key: Key, plain: Buffer, aad: Buffer) => {
    const nonce = random.bytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  const decrypt = (key: Key, data: Buffer, aad: Buffer) => {
    if (data.length < NONCE + TAG) throw new Error('sealed value is too short');
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE), {
      authTagLength: TAG,
    });
    decipher.setAAD(aad).setAuthTag(data.subarray(-TAG));
    return Buffer.concat([decipher.update(data.subarray(NONCE, -TAG)), decipher.final()]);
  };
  const bind = (identity: readonly string[]) => Buffer.from(JSON.stringify(identity));

  const current = ring[0] as DerivedKeys;

  return {
    isCurrent: (sealed) => sealed.startsWith(`${current.id}.`),
    seal(plain, identity) {
      const aad = bind(identity);
      const key = random.bytes(KEY);
      const wrapped = encrypt(current.key('seal'), key, aad);
      const sealed = Buffer.concat([wrapped, encrypt(key, Buffer.from(plain), aad)]);
      return `${current.id}.${sealed.toString('base64url')}`;
    },
    open(sealed, identity) {
      const dot = sealed.indexOf('.');
      const keys = ring.find(({ id }) => id === sealed.slice(0, dot));
      if (!keys) throw new Error(`no encryption key named ${sealed.slice(0, Math.min(dot, 16))}`);
      const aad = bind(identity);
      const data = Buffer.from(sealed.slice(dot + 1), 'base64url');
      const key = decrypt(keys.key('seal'), data.subarray(0, WRAPPED), aad);
      return decrypt(key, data.subarray(WRAPPED), aad).toString('utf8');
    },
  };
}
