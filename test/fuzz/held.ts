// What the attacker and the victim hold between them, and whether a token was come by honestly.
import { memoryStores } from 'express-mfa/adapters/memory';
import { type TestApp, testApp } from '../support/app.js';
import { totp } from '../support/attack.js';
import type { Reference, Value } from './cases.js';

interface Login {
  readonly token: string;
  readonly user: string;
  readonly client: string;
}
interface Sent {
  readonly oobCode: string;
  readonly token: string;
  readonly code: string;
}

export interface Held {
  readonly t: TestApp;
  readonly logins: Login[];
  readonly sent: Sent[];
  readonly secrets: { readonly user: string; readonly secret: string }[];
  readonly recovery: { readonly user: string; readonly code: string }[];
  readonly access: { readonly token: string; readonly user: string; readonly client: string }[];
  readonly ids: string[];
  readonly used: Set<string>;
}

/** The same numbers for the same seed. Not secure, which is the point. */
export function countedRandom(seed = 1) {
  let state = seed >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    bytes: (size: number) => Buffer.from(Array.from({ length: size }, () => next() & 255)),
    integer: (limit: number) => next() % limit,
  };
}

export async function held(): Promise<Held> {
  const t = await testApp({ random: countedRandom(), sharedStores: memoryStores() });
  return {
    t,
    logins: [],
    sent: [],
    secrets: [],
    recovery: [],
    access: [],
    ids: [],
    used: new Set(),
  };
}

/** Any value as a text; objects may bring a toString of their own. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

export const newest = <T>(list: readonly T[], at: number): T | undefined =>
  list.at(-1 - at) ?? list.at(-1);

export function resolve(h: Held, value: Value): unknown {
  return 'reference' in value
    ? twisted(pooled(h, value.reference), value.reference.twist)
    : value.literal;
}

function pooled(h: Held, { pool, at }: Reference): string {
  const now = h.t.clock.now();
  switch (pool) {
    case 'mfaTokens':
      return newest(h.logins, at)?.token ?? 'mfa_none';
    case 'oobCodes':
      return newest(h.sent, at)?.oobCode ?? 'oob_none';
    case 'codes':
      return newest(h.sent, at)?.code ?? '000000';
    case 'otps': {
      const it = newest(h.secrets, at);
      return it ? totp(it.secret, now) : '000000';
    }
    case 'recoveryCodes':
      return newest(h.recovery, at)?.code ?? 'A'.repeat(24);
    case 'accessTokens':
      return newest(h.access, at)?.token ?? 'a.b.c';
    case 'ids':
      return newest(h.ids, at) ?? 'totp|dev_AAAAAAAAAAAAAAAA';
  }
}

function twisted(text: string, twist: Reference['twist']): string {
  const middle = Math.floor(text.length / 2);
  switch (twist) {
    case 'none':
      return text;
    case 'flip':
      return `${text.slice(0, middle)}${text[middle] === '1' ? '2' : '1'}${text.slice(middle + 1)}`;
    case 'cut':
      return text.slice(0, -1);
    case 'append':
      return `${text}0`;
    case 'case':
      return text.toUpperCase() === text ? text.toLowerCase() : text.toUpperCase();
    case 'double':
      return `${text}${text}`;
    case 'space':
      return ` ${text} `;
  }
}

const canonical = (code: string) => code.replace(/[\s-]/g, '').toUpperCase();

/** Whether these parameters prove a second factor that was not used before. Marks it as used. */
export function honest(h: Held, params: Readonly<Record<string, unknown>>): boolean {
  const token = textOf(params['mfa_token']);
  const login =
    h.logins.find((it) => it.token === token) ?? h.access.find((it) => it.token === token);
  if (!login) return false;
  const grant = textOf(params['grant_type']).split('/').at(-1);
  const proof = proofOf(h, grant, params, login);
  if (proof === undefined || h.used.has(proof) || h.used.has(login.token)) return false;
  h.used.add(proof);
  if (!login.token.includes('.')) h.used.add(login.token);
  return true;
}

function proofOf(
  h: Held,
  grant: string | undefined,
  params: Readonly<Record<string, unknown>>,
  { user, token }: { user: string; token: string },
) {
  const now = h.t.clock.now();
  if (grant === 'mfa-otp') {
    for (const own of h.secrets.filter((it) => it.user === user)) {
      const at = [-1, 0, 1].find((step) => totp(own.secret, now, step) === params['otp']);
      if (at !== undefined) return `otp ${own.secret} ${Math.floor(now / 30_000) + at}`;
    }
  }
  if (grant === 'mfa-oob') {
    const sent = h.sent.find(
      (it) =>
        it.oobCode === params['oob_code'] &&
        it.token === token &&
        it.code === params['binding_code'],
    );
    if (sent) return `oob ${sent.oobCode}`;
  }
  if (grant === 'mfa-recovery-code') {
    const own = h.recovery.find(
      (it) => it.user === user && it.code === canonical(textOf(params['recovery_code'])),
    );
    if (own) return `recovery ${own.code}`;
  }
  return undefined;
}
