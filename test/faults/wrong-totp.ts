import type { Proof } from './ledger.js';
import { codeAt, type Person, stepAt } from './people.js';

/** A code of no time step that comes up within the next minutes. */
export function wrongTotp({ secret = '' }: Person): Proof {
  const now = stepAt(Date.now());
  const right = new Set([-2, -1, 0, 1, 2, 3, 4, 5, 6].map((it) => codeAt(secret, now + it)));
  const otp = ['000000', '111111', '222222', ...right].find((code) => !right.has(code)) ?? '';
  return { kind: 'otp', members: { otp }, right: undefined };
}
