import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { OAuthError, type User, type Users } from 'express-mfa';
import type { SeedUser } from './seed.js';

// This app's own users, as a host has them. In a real one they stand in its database; what the library
// needs is at the end of the file: `findById` and `authenticate`.

interface Row {
  readonly user: User;
  readonly password: PasswordHash;
}

interface PasswordHash {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const COST = { N: 2 ** 14, r: 8, p: 1 }; // 28 ms and 16 MB each
const AT_ONCE = 2; // leaves threads for the rest of the process
const WAITING = 200;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
const queue: (() => void)[] = [];
let running = 0;

const busy = () =>
  new OAuthError(503, 'temporarily_unavailable', 'Too many logins at once. Try again.', {
    headers: { 'Retry-After': '1' },
  });

/** scrypt off the event loop, at most `AT_ONCE` in flight. */
async function hashPassword(password: string, salt: Buffer): Promise<Buffer> {
  if (running < AT_ONCE) running++;
  else if (queue.length >= WAITING) throw busy();
  else await new Promise<void>((resolve) => queue.push(resolve)); // takes over a place
  try {
    return await derive(password.normalize('NFC'), salt, 32, COST);
  } finally {
    const next = queue.shift();
    if (next) next();
    else running--;
  }
}

async function newPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { salt, hash: await hashPassword(password, salt) };
}

async function isPassword(password: string, { salt, hash }: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await hashPassword(password, salt), hash);
}

const sameName = (username: string) => username.normalize('NFKC').toLowerCase();

function toUser({ id, email, email_verified, name, nickname, picture, blocked }: SeedUser): User {
  return { id, email, emailVerified: email_verified, name, nickname, picture, blocked };
}

async function toRow(seed: SeedUser): Promise<Row> {
  return { user: toUser(seed), password: await newPassword(seed.password) };
}

/** The users of the seed file, in the shape that `createMfa({ users })` takes. */
export async function exampleUsers(seed: readonly SeedUser[]): Promise<Users> {
  const byId = new Map<string, User>();
  const byName = new Map<string, Row>();
  for (let i = 0; i < seed.length; i += AT_ONCE) {
    const some = seed.slice(i, i + AT_ONCE);
    const rows = await Promise.all(some.map(toRow));
    for (const row of rows) byId.set(row.user.id, row.user);
    for (const [at, { username }] of some.entries())
      byName.set(sameName(username), rows[at] as Row);
  }
  const nobody = await newPassword(randomBytes(16).toString('hex'));

  return {
    findById: (id) => byId.get(id),
    // The place to limit guesses of passwords: `throw tooManyAttempts(seconds)`.
    async authenticate(username, password) {
      const row = byName.get(sameName(username));
      // Hashed for an unknown name too, so that the time does not tell who has an account.
      const same = await isPassword(password, row?.password ?? nobody);
      return same ? row?.user : undefined;
    },
  };
}
