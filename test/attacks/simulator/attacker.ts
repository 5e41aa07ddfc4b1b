// Somebody who knows the password, has an account of their own, any number of addresses, and a month of time.
import { OTP } from '../../support/app.js';
import { totp, wrongCode } from '../../support/attack.js';
import type { Answer, Browser, Way } from './browser.js';
import type { Fleet } from './fleet.js';
import type { Person } from './people.js';

/** Texts by which the site says that it compared a guess and that it was wrong. */
const WRONG = ['Invalid otp_code.', 'Invalid binding_code.', 'MFA Authorization rejected.'];

/** A login that waits for its second factor; the codes that were sent for it. */
interface Login {
  readonly token: string;
  readonly client: string;
  readonly since: number;
  sent?: { readonly oobCode: string; readonly code: string };
}

export interface Situation {
  readonly http: Browser;
  readonly fleet: Fleet;
  readonly clock: { now: number };
  readonly victim: Person;
  readonly own: Person;
  /** From 0 to just below 1. */
  readonly chance: () => number;
  /** The cookie of a device that the victim is known by, when it was stolen. */
  readonly stolen?: string | undefined;
}

/** What the attacker saw. */
export interface Seen {
  /** When guesses at factors, and at the recovery code, were answered as wrong (ms). */
  readonly factor: number[];
  readonly recovery: number[];
  /** How often the right code was refused after a wrong one had been. */
  rightRefused: number;
  /** How often each move was made. */
  readonly moves: Record<string, number>;
}

export function attacker({ http, fleet, clock, victim, own, chance, stolen }: Situation) {
  const seen: Seen = { factor: [], recovery: [], rightRefused: 0, moves: {} };
  let logins: Login[] = [];
  let cookie: string | undefined;
  let n = 0;
  /** Seconds that the last refusal said to wait. */
  let wait = 0;
  const upTo = (count: number) => Math.floor(chance() * count);
  const pick = <T>(from: readonly T[]): T => from[upTo(from.length)] as T;

  /** A new address each time, and a cookie that is none, forged, cut off, the attacker's own, or the stolen one. */
  const way = (client = pick(['spa', 'other'])): Way => ({
    process: upTo(2),
    ip: pick([`198.51.${upTo(256)}.${upTo(256)}`, `2001:db8:${upTo(9999)}::${upTo(9999)}`]),
    client,
    cookie: pick([
      stolen,
      stolen ?? cookie,
      cookie?.slice(0, -1),
      `__Host-mfa_device=dev_${'A'.repeat(70)}`,
    ]),
  });

  async function logIn(): Promise<Login> {
    const from = way();
    const { body } = await http.login(from, 'victim');
    const login = { token: body.mfa_token as string, client: from.client, since: clock.now };
    logins = [...logins.filter(({ since }) => clock.now - since < 500_000), login].slice(-6);
    return login;
  }
  const someLogin = async () => (logins.length > 1 && chance() < 0.7 ? pick(logins) : logIn());

  async function send(login: Login): Promise<void> {
    const from = way(login.client);
    const { status, body, retryAfter } = await http.challenge(from, login.token);
    if (status === 200) login.sent = { oobCode: body.oob_code, code: await http.code(from) };
    else if (status === 429) wait = retryAfter;
  }

  const otp = (from: Way, { token }: Login, right: boolean) => {
    const code = totp(victim.secret, clock.now);
    return http.otp(from, token, right ? code : wrongCode(code, 77 + n++));
  };
  const oob = (from: Way, { token, sent }: Login, right: boolean) => {
    const { oobCode = '', code = '' } = sent ?? {};
    return http.oob(from, token, oobCode, right ? code : wrongCode(code, 1 + (n++ % 99_000)));
  };
  const recovery = (from: Way, { token }: Login, right: boolean) =>
    http.recovery(from, token, right ? victim.recoveryCode : `${'A'.repeat(19)}${10_000 + n++}`);

  const isWrong = ({ status, body }: Answer) =>
    status === 403 && WRONG.includes(body.error_description);

  /** One guess; where it is refused, the right code has to be refused as well. */
  async function guess(login: Login, by: typeof otp, counted: number[]): Promise<void> {
    const from = way(login.client);
    const answer = await by(from, login, false);
    if (answer.status === 200) throw new Error('a wrong code passed');
    if (isWrong(answer)) counted.push(clock.now);
    if (answer.status !== 429) return;
    wait = answer.retryAfter;
    const right = await by(from, login, true);
    if (right.status !== 429) throw new Error(`a right code was judged: ${right.status}`);
    seen.rightRefused++;
  }
  async function guessOob(): Promise<void> {
    const login = await someLogin();
    if (!login.sent) await send(login);
    if (login.sent) await guess(login, oob, seen.factor);
  }

  const moves: Record<string, () => Promise<unknown>> = {
    newLogin: async () => guess(await logIn(), otp, seen.factor),
    sameLogin: async () => guess(await someLogin(), otp, seen.factor),
    otherFactor: guessOob,
    async resend() {
      const login = await someLogin();
      await send(login);
      clock.now += (34 + upTo(120)) * 1000;
      await send(login);
      if (login.sent) await guess(login, oob, seen.factor);
    },
    async recoveryCode() {
      const login = await someLogin();
      for (let i = 0; i < 3 && wait === 0; i++) await guess(login, recovery, seen.recovery);
    },
    async burst() {
      while (logins.length < 3) await logIn();
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, i) => {
          const login = logins[i % logins.length] as Login;
          return (login.sent && i % 2 ? oob : otp)(way(login.client), login, false);
        }),
      );
      if (answers.some(({ status }) => status === 200)) throw new Error('a wrong code passed');
      seen.factor.push(...answers.filter(isWrong).map(() => clock.now));
    },
    async enrollAndDelete() {
      const login = await someLogin();
      const refused = await http.associate(way(), login.token, OTP);
      if (refused.status < 400) throw new Error('enrolled with the password alone');
      const gone = await http.remove(way(), login.token, 'totp|dev_AAAAAAAAAAAAAAAA');
      if (gone.status < 400) throw new Error('removed with the password alone');
      await own.changeFactors(way());
    },
    async ownSuccess() {
      cookie = (await own.logIn(way()))?.cookie ?? cookie;
    },
    restart: () => fleet.restart(upTo(2)),
    flush: () => fleet.flush(),
  };

  return {
    seen,
    /** @returns the seconds that the site said to wait, 0 when it said nothing */
    async move(name: string): Promise<number> {
      wait = 0;
      seen.moves[name] = (seen.moves[name] ?? 0) + 1;
      await (moves[name] as () => Promise<unknown>)();
      return wait;
    },
  };
}
