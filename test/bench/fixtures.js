import { writeSync } from 'node:fs';

/** What both servers and the driver agree on. */
export const ISSUER = 'https://auth.example.com/';
export const CLIENT_ID = 'spa';

const CODE_LENGTH = 6;
const FIRST_NUMBER = 2_000_000;

export const usernameOf = (user) => `user${user}@example.com`;
/** A number for each of the first 8 million users. It is fictional: those are of no block and no breaker. */
export const phoneOf = (user) => `+1555${FIRST_NUMBER + user}`;

/** As many messages as a measurement takes. */
export const HUGE = {
  totalPerHour: 500_000,
  totalPerDay: 900_000,
  perCountryPerHour: 500_000,
  perCountryPerDay: 900_000,
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
    writeSync(file, code, codePosition(Number(to.slice(5)) - FIRST_NUMBER), 'latin1');
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
