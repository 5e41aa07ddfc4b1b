// What the flow has to be, as plainly as it can be said, and nothing of how it is built: a second opinion.
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Authenticator {
  readonly user: number;
  readonly kind: 'otp' | 'phone' | 'recovery-code';
  /** `dev_…` */
  readonly id: string;
  readonly madeAt: number;
  /** Who started it; only this login confirms it. */
  readonly by: Login;
  active: boolean;
  gone: boolean;
  readonly number?: string;
  readonly secret?: string;
  /** Of a recovery code. */
  code?: string;
  lastStep: number;
}

export interface Sent {
  readonly handle: string;
  readonly code: string;
  readonly login: Login;
  readonly to: Authenticator;
  readonly purpose: 'enroll' | 'login';
  readonly at: number;
  readonly epoch: number;
  gone: boolean;
}

/** An `mfa_token`, or an access token for the MFA API, which may stand for a login when something is enrolled. */
export interface Login {
  readonly token: string;
  readonly user: number;
  readonly client: number;
  readonly mfaApi: boolean;
  readonly at: number;
  /** Only of an access token. */
  readonly access?: { readonly passed: 'password' | 'factor' | 'recovery' };
  /** When the store came to know it; 0 = it does not, or no longer. */
  order: number;
  storedAt: number;
  /** Of an access token: whether it had proved enough when something was last enrolled with it. */
  proven: boolean;
  over: boolean;
  attempts: number;
  sends: number;
  nextSendAt: number;
  readonly guesses: Map<Authenticator, number>;
  readonly live: Map<Authenticator, Sent>;
}

/** Failures of one user in one lane. */
export class Lane {
  private log: number[] = [];
  private row = 0;
  private lockedUntil = 0;
  private readonly windows: readonly (readonly [number, number])[];
  private readonly waits: Readonly<Record<number, number>>;

  constructor(
    windows: readonly (readonly [number, number])[],
    waits: Readonly<Record<number, number>>,
  ) {
    this.windows = windows;
    this.waits = waits;
  }
  isOpen(now: number, count = 1): boolean {
    const room = this.windows.every(
      ([limit, length]) => this.log.filter((it) => it > now - length).length + count <= limit,
    );
    return room && this.lockedUntil <= now;
  }
  fail(now: number, count: number) {
    this.log.push(...Array<number>(count).fill(now));
    this.lockedUntil = Math.max(this.lockedUntil, now + (this.waits[++this.row] ?? 0));
  }
  pass() {
    this.row = 0;
    this.lockedUntil = 0;
  }
}

export interface User {
  readonly factor: Lane;
  readonly recovery: Lane;
  sends: number[];
  epoch: number;
  /** The login whose own codes outlive the change. */
  except: Login | undefined;
}

const user = (): User => ({
  factor: new Lane(
    [
      [15, DAY],
      [60, 30 * DAY],
    ],
    { 5: MINUTE, 10: 5 * MINUTE },
  ),
  recovery: new Lane([[5, DAY]], {}),
  sends: [],
  epoch: 0,
  except: undefined,
});

/** Rolling limits that many share. */
export class Windows {
  private readonly taken = new Map<string, number[]>();

  has(key: string, limit: number, length: number, now: number): boolean {
    return (this.taken.get(key) ?? []).filter((it) => it > now - length).length < limit;
  }
  take(key: string, now: number) {
    this.taken.set(key, [...(this.taken.get(key) ?? []), now]);
  }
}

const PENDING = 10 * MINUTE;
const LOGIN = 10 * MINUTE;
export const CODE = 5 * MINUTE;
export const FRESH = 5 * MINUTE;
const WAITS = [30, 60, 120, 240, 480];

export class Model {
  readonly users = [user(), user()];
  readonly logins: Login[] = [];
  readonly access: Login[] = [];
  readonly authenticators: Authenticator[] = [];
  readonly sent: Sent[] = [];
  readonly codes: { readonly user: number; readonly code: string }[] = [];
  readonly windows = new Windows();
  private orders = 0;

  own(userId: number, now: number): Authenticator[] {
    return this.authenticators.filter(
      (it) => it.user === userId && !it.gone && (it.active || it.madeAt + PENDING > now),
    );
  }
  isEnrolled(userId: number): boolean {
    return this.authenticators.some((it) => it.user === userId && !it.gone && counts(it));
  }
  login(of: Pick<Login, 'token' | 'user' | 'client' | 'mfaApi' | 'at' | 'access'>): Login {
    const fresh = {
      order: 0,
      storedAt: 0,
      proven: false,
      over: false,
      attempts: 0,
      sends: 0,
      nextSendAt: 0,
    };
    return { ...of, ...fresh, guesses: new Map(), live: new Map() };
  }
  /** The store knows it from now on; a new one makes the oldest of its user and client go. */
  enter(login: Login, now: number) {
    const isStored = (it: Login) => it.order > 0 && !isLate(it, now); // a changed password leaves them there
    const stored = [...this.logins, ...this.access]
      .filter((it) => it.user === login.user && it.client === login.client && isStored(it))
      .toSorted(
        (a, b) =>
          Number(b.sends > 0) - Number(a.sends > 0) || b.storedAt - a.storedAt || b.order - a.order,
      );
    for (const it of stored.slice(4)) if (it.sends === 0) this.evict(it);
    this.store(login, now);
  }
  store(login: Login, now: number) {
    if (login.order > 0) return;
    login.order = ++this.orders;
    login.storedAt = now;
  }
  private evict(login: Login) {
    if (!login.access) login.over = true;
    // An access token stands for a new login the next time.
    login.order = 0;
    login.live.clear();
    login.sends = 0;
    login.nextSendAt = 0;
  }

  /** Whether a message may go out now: of the login, the user, the number, the address that asks. */
  maySend(
    login: Login,
    number: string,
    purpose: Sent['purpose'],
    now: number,
  ): 'login' | 'windows' | 'yes' {
    const today = this.users[login.user]?.sends.filter((it) => it > now - DAY).length ?? 0;
    if (login.sends >= 5 || login.nextSendAt > now || today >= 10) return 'login';
    const room = limitsOf(number, purpose).every(([key, limit, length]) =>
      this.windows.has(key, limit, length, now),
    );
    return room ? 'yes' : 'windows';
  }
  send(
    login: Login,
    to: Authenticator,
    purpose: Sent['purpose'],
    message: { handle: string; code: string },
    now: number,
  ) {
    for (const key of new Set(limitsOf(to.number ?? '', purpose).map(([it]) => it)))
      this.windows.take(key, now);
    const owner = this.users[login.user] as User;
    owner.sends = [...owner.sends.filter((it) => it > now - DAY), now];
    login.nextSendAt = now + (WAITS[login.sends] ?? 480) * SECOND;
    login.sends++;
    if ((login.guesses.get(to) ?? 0) >= 5) login.guesses.delete(to);
    const sent: Sent = { ...message, login, to, purpose, at: now, epoch: owner.epoch, gone: false };
    login.live.set(to, sent);
    this.sent.push(sent);
  }
  isCutOff({ epoch, login }: Sent): boolean {
    const owner = this.users[login.user] as User;
    return epoch < owner.epoch && owner.except !== login;
  }
  cutCodesOff(userId: number, except: Login | undefined) {
    const owner = this.users[userId] as User;
    owner.epoch++;
    owner.except = except;
  }
  /** Of those made at the same time they count as the newest. */
  moveLast(authenticators: readonly Authenticator[]) {
    for (const it of authenticators) {
      this.authenticators.splice(this.authenticators.indexOf(it), 1);
      this.authenticators.push(it);
    }
  }
  drop(authenticators: readonly Authenticator[]) {
    for (const it of authenticators) it.gone = true;
  }
}

/** An `mfa_token` and an access token for the MFA API live equally long. */
export const isLate = ({ at }: Pick<Login, 'at'>, now: number): boolean => now >= at + LOGIN;

/** Counts as enrolled: active, and no recovery code. */
export const counts = ({ active, kind }: Authenticator): boolean =>
  active && kind !== 'recovery-code';

/** Key, limit, length. */
const limitsOf = (
  number: string,
  purpose: Sent['purpose'],
): (readonly [string, number, number])[] => [
  [`${number} 10m`, 3, 10 * MINUTE],
  [`${number} 24h`, 10, DAY],
  ...(purpose === 'enroll' ? [[`${number} 24h enroll`, 6, DAY] as const] : []),
  ['ip 1h', 10, HOUR],
  ['ip 24h', 30, DAY],
  ['network 1h', 60, HOUR],
];
