import { ENROLMENT, LOGIN, take } from './steps.js';

/** Users that each side works on at a time. */
const LANES = 2;
const WARM_UP = 200;

/** `count` different numbers from 1 to `size`, or all of them again and again. */
export function sample(size, count) {
  if (size <= count) return Array.from({ length: count }, (_, n) => (n % size) + 1);
  const picked = new Set();
  while (picked.size < count) picked.add(1 + Math.floor(Math.random() * size));
  return [...picked];
}

/** Each step is taken on one side, then on the other, so that whatever else the machine does hits both alike. */
async function flowOnBoth(flow, sides, turn, took) {
  const states = sides.map(({ user }) => ({ user }));
  for (const [n, [name, step]] of flow.entries()) {
    const order = (turn + n) % 2 ? [1, 0] : [0, 1];
    for (const side of order) {
      const { site, connection } = sides[side];
      took(name, side, await take(step, site, connection, states[side]));
    }
  }
}

/**
 * Logs `samples` enrolled users in and enrolls as many new ones, on both sites.
 *
 * @param sides two of `{ site, enrolled, fresh }`, the latter two lists of users
 * @param round 0, 1, …: each takes the next users of the lists
 * @param tick called before each turn
 * @returns `{ [step]: [ms[], ms[]] }`
 */
export async function measure(sides, samples, round, tick) {
  const times = {};
  const first = round === 0 ? 0 : WARM_UP + round * samples;
  const end = WARM_UP + (round + 1) * samples;
  let next = first;
  const lane = async () => {
    const opened = await Promise.all(
      sides.map(async ({ site }) => ({ site, connection: await site.connect() })),
    );
    for (let turn = next++; turn < end; turn = next++) {
      tick();
      const took = (name, side, ms) => {
        times[name] ??= [[], []];
        if (turn >= WARM_UP) times[name][side].push(ms);
      };
      const of = (kind) => opened.map((it, n) => ({ ...it, user: sides[n][kind][turn] }));
      await flowOnBoth(LOGIN, of('enrolled'), turn, took);
      await flowOnBoth(ENROLMENT, of('fresh'), turn, took);
    }
    for (const { connection } of opened) connection.close();
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return times;
}

/** How many users of each sort so many rounds need. */
export const needed = (samples, rounds) => WARM_UP + rounds * samples;
