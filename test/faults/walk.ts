// A user's way through every step, as far as it can be told apart from outside.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './http.js';
import { recovery, sentCode, totp } from './ledger.js';
import { nextCode, type Person } from './people.js';
import { MFA, type World } from './world.js';

/** What one step leaves for the next. */
export interface Way {
  token: string;
  oobCode: string;
  access: string;
}

export type Step = (person: Person, way: Way) => Promise<Answer>;

const ACCESS = { audience: MFA, scope: 'enroll read:authenticators remove:authenticators' };

/** In order; each is one request. A lost answer is asked for again from `login` on. */
export function stepsOf({ client, sink }: World): Readonly<Record<string, Step>> {
  const login = async (person: Person, way: Way, members = {}) => {
    const answer = await client.login(person, members);
    if (answer.status === 403) way.token = answer.body.mfa_token;
    return answer;
  };
  return {
    login,
    associate: async (person, way) => {
      const answer = await client.associate(person, way.token, 'phone');
      if (answer.status === 200) way.oobCode = answer.body.oob_code;
      return answer;
    },
    confirm: (person, way) =>
      client.prove(person, way.token, sentCode(sink, person, way.oobCode), 'phone'),
    'login again': (person, way) => login(person, way, ACCESS),
    challenge: async (person, way) => {
      const answer = await client.challenge(person, way.token);
      if (answer.status === 200) way.oobCode = answer.body.oob_code;
      return answer;
    },
    verify: async (person, way) => {
      const answer = await client.prove(person, way.token, sentCode(sink, person, way.oobCode));
      if (answer.status === 200) way.access = answer.body.access_token;
      return answer;
    },
    'associate otp': (person, way) => client.associate(person, way.access, 'otp'),
    'confirm otp': (person, way) =>
      client.prove(person, way.access, totp(person, nextCode(person) ?? ''), 'otp'),
    list: (_person, way) => client.list(way.access),
    remove: async (person, way) => {
      const listed = await client.list(way.access);
      if (listed.status !== 200) return listed;
      const otp = listed.body.find(
        (it: Answer['body']) => it.authenticator_type === 'otp' && it.active,
      );
      return client.remove(person, way.access, otp?.id ?? 'otp|none', 'otp');
    },
    recover: async (person, way) => {
      const answer = await login(person, way);
      if (answer.status !== 403) return answer;
      return client.prove(person, way.token, recovery(person));
    },
  };
}

export const newWay = (): Way => ({ token: '', oobCode: '', access: '' });

/** Takes these steps, each of which has to work. */
export async function walk(
  world: World,
  person: Person,
  names: readonly string[],
  way = newWay(),
): Promise<Way> {
  const steps = stepsOf(world);
  for (const name of names) {
    let answer = await (steps[name] as Step)(person, way);
    for (let tries = 5; answer.status === 503 && tries > 0; tries--) {
      await sleep(500); // a machine that is busy
      answer = await (steps[name] as Step)(person, way);
    }
    if (!went(answer)) throw new Error(`${name}: ${answer.status} ${answer.text}`);
  }
  return way;
}

export const went = ({ status, body }: Answer): boolean =>
  [200, 204].includes(status) || body?.error === 'mfa_required';

export const ENROLL = ['login', 'associate', 'confirm'] as const;
export const GET_IN = ['login again', 'challenge', 'verify'] as const;
export const APP = ['associate otp', 'confirm otp'] as const;
