// The victim and the attacker's own account: what they do is right, and must not give the attacker more guesses.
import { OTP, SMS } from '../../support/app.js';
import { totp } from '../../support/attack.js';
import type { Answer, Browser, Way } from './browser.js';

const MFA = {
  audience: 'https://auth.example.com/mfa/',
  scope: 'enroll read:authenticators remove:authenticators',
};
const EMAIL = { authenticator_types: ['oob'], oob_channels: ['email'] };

type Name = 'victim' | 'attacker';

const ok = (answer: Answer, status = 200): Answer => {
  if (answer.status === status) return answer;
  throw new Error(`wanted ${status}, got ${answer.status} ${JSON.stringify(answer.body)}`);
};

/** A user with an authenticator app, and what they do with it. */
export interface Person {
  readonly secret: string;
  readonly recoveryCode: string;
  /** A whole login. @returns undefined when the user has to wait */
  logIn(way: Way): Promise<Answer | undefined>;
  /** Adds an authenticator and removes it again; nothing when the user has to wait. */
  changeFactors(way: Way): Promise<void>;
  addPhone(way: Way): Promise<void>;
}

/** Enrolls the authenticator app; time goes on, so that its code is not that of the first login. */
export async function person(
  name: Name,
  http: Browser,
  clock: { now: number },
  start: Way,
): Promise<Person> {
  const first = ok(await http.login(start, name), 403).body.mfa_token;
  const { secret, recovery_codes: codes } = ok(await http.associate(start, first, OTP)).body;
  const code = () => totp(secret, clock.now);
  ok(await http.otp(start, first, code()));
  let used = Math.floor(clock.now / 30_000);

  /** Codes work once: a person who needs another one waits for it. */
  async function second(way: Way, more: object = {}): Promise<Answer | undefined> {
    const step = Math.floor(clock.now / 30_000);
    if (step <= used) clock.now += (used + 1 - step) * 30_000;
    const asked = ok(await http.login(way, name, { ...more }), 403);
    const answer = await http.otp(way, asked.body.mfa_token, code());
    if (answer.status === 429) return undefined;
    used = Math.floor(clock.now / 30_000);
    return ok(answer);
  }
  return {
    secret,
    recoveryCode: codes[0],
    logIn: (way) => second(way),
    async changeFactors(way) {
      const bearer = (await second(way, MFA))?.body.access_token;
      if (bearer === undefined) return;
      const started = await http.associate(way, bearer, EMAIL);
      if (started.status === 429) return; // its messages of the day were used up by the attacker
      const { id, oob_code: oobCode } = ok(started).body;
      const confirmed = await http.oob(way, bearer, oobCode, await http.code(way));
      if (confirmed.status !== 429) ok(confirmed);
      ok(await http.remove(way, bearer, id), 204);
    },
    async addPhone(way) {
      const bearer = (await second(way, MFA))?.body.access_token;
      const { oob_code: oobCode } = ok(await http.associate(way, bearer, SMS)).body;
      ok(await http.oob(way, bearer, oobCode, await http.code(way)));
    },
  };
}
