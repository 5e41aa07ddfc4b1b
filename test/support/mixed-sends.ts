// Thousands of requests for messages of all sorts at once, and what went out.
import { importAuthenticators, type Mfa } from 'express-mfa';
import { german } from './messages.js';

/** Budgets of this test: small enough that every one of them is used up. */
export const LIMITS = {
  perCountryPerHour: 220,
  voicePerHour: 60,
  totalPerHour: 510,
  totalPerDay: 490,
} as const;

/** One request that was answered 200: its message went out. */
export interface Sent {
  readonly user: string;
  readonly from: string;
  readonly to: string;
  readonly channel: string;
  readonly purpose: 'enroll' | 'login';
}

export interface Outcome {
  readonly sent: readonly Sent[];
  /** How often each status came. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Users with a phone: a quarter in Germany, the others with numbers from films. */
const LOGINS = 300;
/** Users who enroll. */
const ENROLLS = 700;

const american = (i: number) => `+1555${String(2_000_000 + i)}`;
const british = (i: number) => `+447700900${String(i % 1000).padStart(3, '0')}`;
/** Half American, a quarter British, a quarter German: of these every other one of the same block, the rest of nine. */
function somewhere(i: number): string {
  if (i % 2) return american(i);
  if (i % 4) return british(i >> 2);
  const block = i % 8 ? 10 : 11 + ((i >> 3) % 9);
  return german(block, i);
}

const named = (id: string) => ({ id, email: `${id}@example.com`, password: 'correct horse' });
export const mixedUsers = [
  ...Array.from({ length: LOGINS }, (_, i) => named(`l${i}`)),
  ...Array.from({ length: ENROLLS }, (_, i) => named(`e${i}`)),
];

/** Gives the first of them their phones. */
export async function givePhones(mfa: Mfa): Promise<void> {
  for (let i = 0; i < LOGINS; i++) {
    await importAuthenticators(mfa, `l${i}`, [{ phone: { value: somewhere(i) } }]);
  }
}

/** The same for every run: a linear congruential generator. */
function dice(seed: number) {
  let state = seed;
  return (sides: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** One hot address, one hot network, one hot /64, and many others. */
function address(roll: ReturnType<typeof dice>): string {
  const kind = roll(10);
  if (kind === 0) return '198.51.100.9';
  if (kind === 1) return `192.0.2.${1 + roll(60)}`;
  if (kind === 2) return `2001:db8:1:2::${roll(9999).toString(16)}`;
  return `203.${roll(40)}.${roll(200)}.${1 + roll(200)}`;
}

interface Plan {
  readonly user: string;
  readonly from: string;
  readonly channel: 'sms' | 'voice' | 'email';
  /** Where an enrollment goes. */
  readonly to: string;
}

function plan(roll: ReturnType<typeof dice>, user: string): Plan {
  const channel = (['sms', 'sms', 'sms', 'sms', 'voice', 'email'] as const)[roll(6)] ?? 'sms';
  const hot = roll(20) === 0;
  const number = hot ? american(9000 + roll(3)) : somewhere(roll(3000));
  const to = channel === 'email' ? `box${roll(hot ? 2 : 2000)}@example.com` : number;
  return { user, from: address(roll), channel, to };
}

/**
 * Asks for messages over HTTP, 20 at a time: logins and enrollments by all channels, to numbers and from addresses of
 * which some are hot. One login asks four times.
 *
 * @param url - of one process
 * @param share - which of several such programs it is
 */
export async function mixedSends(url: string, share: number, count: number): Promise<Outcome> {
  const roll = dice(share + 1);
  const sent: Sent[] = [];
  const statuses: Record<string, number> = {};
  const post = async (path: string, body: object, from: string, bearer?: string) => {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': from,
        ...(bearer && { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  };
  const ask = async (it: Plan, token: string) => {
    const isLogin = it.user.startsWith('l');
    const where = it.channel === 'email' ? { email: it.to } : { phone_number: it.to };
    const types = { authenticator_types: ['oob'], oob_channels: [it.channel] };
    const channel = it.channel === 'voice' ? 'voice' : 'sms';
    const login = {
      client_id: 'spa',
      mfa_token: token,
      challenge_type: 'oob',
      oob_channel: channel,
    };
    const { status } = isLogin
      ? await post('/mfa/challenge', login, it.from)
      : await post('/mfa/associate', { ...types, ...where }, it.from, token);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status !== 200) return;
    const { user, from } = it;
    if (isLogin)
      sent.push({ user, from, channel, to: somewhere(+user.slice(1)), purpose: 'login' });
    else sent.push({ user, from, channel: it.channel, to: it.to, purpose: 'enroll' });
  };
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 4;
      const user = roll(2) ? `l${roll(LOGINS)}` : `e${roll(ENROLLS)}`;
      const body = {
        grant_type: 'password',
        client_id: 'spa',
        username: `${user}@example.com`,
        password: 'correct horse',
      };
      const { mfa_token: token = '' } = (await post('/oauth/token', body, '127.0.0.1')).body;
      await Promise.all([0, 1, 2, 3].map(() => ask(plan(roll, user), token)));
    }
  };
  await Promise.all([0, 1, 2, 3, 4].map(work));
  return { sent, statuses };
}
