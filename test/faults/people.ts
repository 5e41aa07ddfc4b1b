// The people of the seed file, each with a phone of their own, and what the harness knows to be true of them.
import { Secret, TOTP } from 'otpauth';

export interface Person {
  readonly id: string;
  readonly username: string;
  /** Every number is used once, so that no limit of a number gets in the way. */
  phone: string;
  /** Of a confirmed or pending authenticator app. */
  secret: string | undefined;
  /** The last time step whose code was shown to the server. */
  step: number;
  recovery: string | undefined;
  /** Kinds of the active authenticators, sorted and joined: more than one when an answer was lost. */
  possible: Set<string>;
  /** Guesses that the server called wrong, by lane. */
  readonly wrong: { factor: number; recovery: number };
  /** Messages that the server said it sent. */
  sent: number;
}

export const PASSWORD = 'correct horse';

export interface People {
  readonly all: readonly Person[];
  /** One who has nothing enrolled and whom nobody has taken yet. */
  take(): Person;
  /** Everybody has nothing again. */
  forget(): void;
  readonly seed: object;
}

let phones = 0;
/** A number that nothing else uses; fictional, so that it counts for no block (D13) and no breaker (D15). */
export const freshPhone = (): string => {
  const block = 200 + (phones++ % 300);
  return `+1555${block}${2345 + Math.floor(phones / 300)}`;
};

export function people(count: number): People {
  const all = Array.from({ length: count }, (_, i) => person(`p${i}`));
  let taken = 0;
  return {
    all,
    take() {
      const one = all[taken++];
      if (!one) throw new Error('the seed file has too few people');
      return one;
    },
    forget() {
      taken = 0;
      for (const it of all) Object.assign(it, person(it.id));
    },
    seed: {
      users: all.map(({ id, username }) => ({ id, username, password: PASSWORD })),
      clients: [
        {
          client_id: 'spa',
          token_endpoint_auth_method: 'none',
          grant_types: ['password', 'mfa'],
        },
      ],
    },
  };
}

const person = (id: string): Person => ({
  id,
  username: `${id}@example.com`,
  phone: freshPhone(),
  secret: undefined,
  step: 0,
  recovery: undefined,
  possible: new Set(['']),
  wrong: { factor: 0, recovery: 0 },
  sent: 0,
});

export const plus = (kinds: string, ...more: string[]): string => {
  const list = kinds.split(' ').filter(Boolean);
  const recovery = list.includes('recovery-code') ? [] : ['recovery-code'];
  return [...list, ...more, ...recovery].sort().join(' ');
};

export const minus = (kinds: string, kind: string): string => {
  const list = kinds.split(' ');
  const at = list.indexOf(kind);
  return (at < 0 ? list : list.toSpliced(at, 1)).join(' ');
};

const PERIOD = 30;
export const stepAt = (ms: number): number => Math.floor(ms / 1000 / PERIOD);

/** The code of a time step. */
export const codeAt = (secret: string, step: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret), period: PERIOD }).generate({
    timestamp: step * PERIOD * 1000,
  });

/** The next code that a server at `now` has to take, undefined when this person has to wait for it. */
export function nextCode(person: Person, now = Date.now()): string | undefined {
  const step = Math.max(person.step + 1, stepAt(now) - 1);
  if (person.secret === undefined || step > stepAt(now) + 1) return undefined;
  person.step = step;
  return codeAt(person.secret, step);
}
