// What the three MFA grants have to answer.
import { totp } from '../../support/attack.js';
import {
  DENIED,
  EXPIRED,
  FOREIGN,
  MALFORMED,
  NO_RECOVERY,
  type Outcome,
  TOO_MANY,
  UNSUPPORTED,
  WRONG,
} from './answers.js';
import {
  type Authenticator,
  CODE,
  FRESH,
  isLate,
  type Lane,
  type Login,
  type Model,
  type Sent,
} from './model.js';

const STEP = 30_000;

/** A login that a proof is given for. */
export interface Proof {
  readonly login: Login;
  readonly client: number;
  readonly now: number;
}

/** What is compared, and what a success does beside what every success does. */
interface Comparison {
  /** How many secrets; a proof that belongs elsewhere counts as one. */
  readonly count: number;
  readonly wrong: typeof WRONG;
  readonly found?: Authenticator | undefined;
  after?(body: Readonly<Record<string, unknown>>): void;
}

/** The store knows it, or it is an access token that an enrollment waits for: other logins cannot take that away. */
const isKnown = (model: Model, login: Login, now: number): boolean =>
  login.order > 0 ||
  (login.access !== undefined &&
    model.own(login.user, now).some((it) => !it.active && it.by === login));

/** What refuses a login before any proof is looked at. */
function refused(model: Model, { login, client, now }: Proof) {
  if (isLate(login, now)) return login.access ? MALFORMED : EXPIRED;
  if (login.over || !isKnown(model, login, now)) return MALFORMED;
  if (client !== login.client) return FOREIGN;
  return login.attempts >= 10 ? EXPIRED : undefined;
}

function charged(
  model: Model,
  proof: Proof,
  lane: Lane,
  compare: () => Comparison | Exclude<Outcome, { after: unknown }>,
): Outcome {
  const { login, now } = proof;
  const no = refused(model, proof);
  if (no) return no;
  if (!lane.isOpen(now)) return TOO_MANY;
  const compared = compare();
  if ('error' in compared) return compared;
  const { count, wrong, found } = compared;
  if (!lane.isOpen(now, count)) return TOO_MANY;
  login.attempts++;
  if (!found) {
    lane.fail(now, count);
    return wrong;
  }
  lane.pass();
  const after = (body: Readonly<Record<string, unknown>>) => {
    succeed(model, proof, found);
    compared.after?.(body);
  };
  return { status: 200, after };
}

function succeed(model: Model, { login, now }: Proof, found: Authenticator): void {
  if (!login.access) {
    login.over = true;
    login.order = 0;
    for (const it of model.sent) if (it.login === login) it.gone = true;
  } else {
    const used = login.live.get(found);
    if (used) used.gone = true;
    login.live.delete(found);
    model.store(login, now);
  }
  if (found.active) return;
  const others = model.own(login.user, now).filter((it) => !it.active && it !== found);
  const ours = others.filter((it) => it.kind === 'recovery-code' && it.by === login);
  for (const it of [found, ...ours]) it.active = true;
  model.drop(others.filter((it) => !ours.includes(it)));
  model.cutCodesOff(login.user, login);
}

/** What the store has forgotten is judged by what the token says now. */
const isProven = ({ order, proven, access, at }: Login, now: number): boolean =>
  order > 0 ? proven : access !== undefined && access.passed !== 'password' && now - at <= FRESH;

/** Whether this login may confirm it, or prove itself with it. */
const isFor = (model: Model, { login, now }: Proof, it: Authenticator): boolean =>
  it.active
    ? !login.access
    : it.by === login && (isProven(login, now) || !model.isEnrolled(login.user));

export function oobOutcome(model: Model, proof: Proof, sent: Sent, code: string): Outcome {
  const { login, now } = proof;
  if (isLate(login, now)) return login.access ? MALFORMED : EXPIRED;
  if (sent.at + CODE <= now) return EXPIRED;
  const lane = model.users[login.user]?.factor as Lane;
  return charged(model, proof, lane, () => {
    if (sent.gone) return EXPIRED;
    if (sent.login !== login) return { count: 1, wrong: FOREIGN };
    const isLive = login.live.get(sent.to) === sent && !model.isCutOff(sent);
    const guesses = login.guesses.get(sent.to) ?? 0;
    if (!isLive || guesses >= 5) return EXPIRED;
    const stands = model.own(login.user, now).includes(sent.to);
    const asSent = sent.to.active === (sent.purpose === 'login');
    if (!stands || !asSent || !isFor(model, proof, sent.to)) {
      return sent.purpose === 'enroll' && model.isEnrolled(login.user) ? DENIED : EXPIRED;
    }
    login.guesses.set(sent.to, guesses + 1);
    return { count: 1, wrong: WRONG, found: code === sent.code ? sent.to : undefined };
  });
}

export function otpOutcome(model: Model, proof: Proof, code: string): Outcome {
  const { login, now } = proof;
  return charged(model, proof, model.users[login.user]?.factor as Lane, () => {
    const own = model.own(login.user, now).filter(({ kind }) => kind === 'otp');
    const compared = own.filter((it) => isFor(model, proof, it));
    if (compared.length === 0) return login.access ? WRONG : UNSUPPORTED;
    for (const found of compared) {
      const step = [-1, 0, 1]
        .map((by) => Math.floor(now / STEP) + by)
        .find((it) => totp(found.secret ?? '', it * STEP) === code);
      if (step === undefined || step <= found.lastStep) continue;
      return {
        count: compared.length,
        wrong: WRONG,
        found,
        after: () => {
          found.lastStep = step;
        },
      };
    }
    return { count: compared.length, wrong: WRONG };
  });
}

export function recoveryOutcome(model: Model, proof: Proof, code: string): Outcome {
  const { login, now } = proof;
  return charged(model, proof, model.users[login.user]?.recovery as Lane, () => {
    const own = login.access
      ? undefined
      : model.own(login.user, now).find((it) => it.kind === 'recovery-code' && it.active);
    if (!own) return NO_RECOVERY;
    if (own.code !== code) return { count: 1, wrong: WRONG };
    return {
      count: 1,
      wrong: WRONG,
      found: own,
      after: ({ recovery_code: next }) => {
        own.code = String(next);
        model.codes.push({ user: login.user, code: own.code });
        model.cutCodesOff(login.user, login);
      },
    };
  });
}
