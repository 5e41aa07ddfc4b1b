import { writeSync } from 'node:fs';

/** What both servers and the driver agree on. */
export const ISSUER = 'https://auth.example.com/';
export const CLIENT_ID = 'spa';

const CODE_LENGTH = 6;
/** Area codes of the numbers, and what comes after: no number block of ten thousand gets more than a few messages (D13). */
const AREAS = [201, 206, 212, 213, 303, 312, 404, 415, 512, 617];
const EXCHANGES = 800;
const FIRST_EXCHANGE = 200;
const BLOCKS = AREAS.length * EXCHANGES;

export const usernameOf = (user) => `user${user}@example.com`;
/** A US number for each of the first 80 million users; those that follow each other are in different blocks. */
export function phoneOf(user) {
  const block = user % BLOCKS;
  const area = AREAS[Math.floor(block / EXCHANGES)];
  const line = String(Math.floor(user / BLOCKS)).padStart(4, '0');
  return `+1${area}${FIRST_EXCHANGE + (block % EXCHANGES)}${line}`;
}

/** The user whose number it is. */
function userOf(phone) {
  const [area, exchange, line] = [phone.slice(2, 5), phone.slice(5, 8), phone.slice(8)].map(Number);
  return line * BLOCKS + AREAS.indexOf(area) * EXCHANGES + exchange - FIRST_EXCHANGE;
}

/** Set aside for fiction: whoever enrolls these and enters no code is not taken for a fraudster (D13, D15). */
export const fictionalPhoneOf = (user) => `+1555${2_000_000 + user}`;

/** The budgets of a busy app; the defaults would stop a benchmark (D14, D16). */
export const SENDS = {
  perCountryPerHour: 500_000,
  perCountryPerDay: 900_000,
  totalPerHour: 500_000,
  totalPerDay: 900_000,
};

/** Where the code last sent to a user stands in the outbox file. */
export const codePosition = (user) => user * CODE_LENGTH;
export const codeBuffer = () => Buffer.alloc(CODE_LENGTH);

/**
 * The fake gateway of both servers: puts the code into a file that the driver reads. Six bytes into the
 * page cache are the cheapest way out of the process (some 2 µs), so it hides nothing of either server.
 */
export function outboxSender(file) {
  return async ({ to, code }) => {
    writeSync(file, code, codePosition(userOf(to)), 'latin1');
  };
}

/** The host's users: everybody whose name has the right form, made up on the spot. */
export const users = {
  async findById(id) {
    const number = /^user-(\d+)$/.exec(id)?.[1];
    return number === undefined
      ? undefined
      : { id, email: usernameOf(number), emailVerified: true };
  },
  async authenticate(username, password) {
    const number = /^user(\d+)@example\.com$/.exec(username)?.[1];
    if (number === undefined || password !== 'correct horse battery staple') return undefined;
    return { id: `user-${number}`, email: username, emailVerified: true };
  },
};
