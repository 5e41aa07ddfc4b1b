// What the other requests have to answer.
import {
  BAD,
  DENIED,
  EXPIRED,
  FOREIGN,
  MALFORMED,
  NO_BEARER,
  NOT_FOUND,
  type Outcome,
  TOO_MANY,
  UNSUPPORTED,
  WRONG,
} from './answers.js';
import { type Authenticator, counts, FRESH, isLate, type Login, type Model } from './model.js';

type Body = Readonly<Record<string, unknown>>;
const text = (body: Body, name: string): string => String(body[name]);

export function logInOutcome(
  model: Model,
  now: number,
  asked: { user: number; client: number; mfaApi: boolean; wrong: boolean },
): Outcome {
  const { user, client, mfaApi, wrong } = asked;
  if (wrong) return WRONG;
  const about = { user, client, mfaApi, at: now };
  if (mfaApi && !model.isEnrolled(user)) {
    const after = (body: Body) => {
      const token = text(body, 'access_token');
      model.access.push(model.login({ ...about, token, access: { passed: 'password' } }));
    };
    return { status: 200, after };
  }
  return {
    status: 403,
    after(body) {
      const asks = Object.keys(body['mfa_requirements'] as object);
      const needed = model.isEnrolled(user) ? 'challenge' : 'enroll';
      if (body['error'] !== 'mfa_required' || asks.join() !== needed)
        throw new Error(`asks to ${asks.join()}`);
      const login = model.login({ ...about, token: text(body, 'mfa_token') });
      model.enter(login, now);
      model.logins.push(login);
    },
  };
}

/** What a bearer token may not do at all. */
function refusedBearer(
  { access, at, over, user }: Login,
  model: Model,
  now: number,
  needsProof: boolean,
) {
  if (isLate({ at }, now) || over) return NO_BEARER;
  const stale = access?.passed !== 'password' && now - at > FRESH;
  return access && needsProof && stale && model.isEnrolled(user) ? NO_BEARER : undefined;
}

export function associateOutcome(
  model: Model,
  now: number,
  by: Login,
  kind: 'otp' | 'phone',
  number: string,
  message: () => string,
): Outcome {
  const no = refusedBearer(by, model, now, true);
  if (no) return no;
  const proven = by.access !== undefined && by.access.passed !== 'password' && now - by.at <= FRESH;
  if (!proven && model.isEnrolled(by.user)) return DENIED;
  const own = model.own(by.user, now);
  const active = own.filter(counts);
  if (active.length >= 10) return DENIED;
  if (kind === 'otp' && active.filter((it) => it.kind === 'otp').length >= 2) return DENIED;
  const may = kind === 'otp' ? 'yes' : model.maySend(by, number, 'enroll', now);
  if (may === 'login') return TOO_MANY;
  if (by.access) {
    by.proven = proven;
    model.store(by, now);
  }
  if (may === 'windows') {
    model.moveLast(displaced(own, { kind, by })); // gone and put back
    return TOO_MANY;
  }
  const after = (body: Body) => {
    const made = { user: by.user, by, madeAt: now, active: false, gone: false, lastStep: -1 };
    const id = text(body, 'id').split('|')[1] ?? '';
    const started: Authenticator =
      kind === 'otp'
        ? { ...made, kind, id, secret: text(body, 'secret') }
        : { ...made, kind, id, number };
    model.drop(displaced(own, started));
    model.authenticators.push(started);
    const hasCode = own.some((it) => it.kind === 'recovery-code' && (it.active || it.by === by));
    const [code] = (body['recovery_codes'] as string[] | undefined) ?? [];
    if (hasCode !== (code === undefined)) throw new Error(`recovery code ${code}`);
    if (code !== undefined) {
      model.authenticators.push({ ...made, kind: 'recovery-code', id: '', code });
      model.codes.push({ user: by.user, code });
    }
    if (kind === 'phone') {
      model.send(by, started, 'enroll', { handle: text(body, 'oob_code'), code: message() }, now);
    }
  };
  return { status: 200, after };
}

/** Of one kind and login the earlier one; of other logins those beyond two, beside the one that starts. */
function displaced(
  own: readonly Authenticator[],
  { kind, by }: Pick<Authenticator, 'kind' | 'by'>,
) {
  const pending = own.filter(({ active }) => !active);
  const same = pending.filter((it) => it.kind === kind && it.by === by);
  const surplus = (isCode: boolean) => {
    const all = pending.filter(
      (it) => (it.kind === 'recovery-code') === isCode && !same.includes(it),
    );
    const others = all.filter((it) => it.by !== by);
    return others.toSorted((a, b) => a.madeAt - b.madeAt).slice(0, Math.max(0, all.length - 2));
  };
  return [...same, ...surplus(false), ...surplus(true)];
}

export function challengeOutcome(
  model: Model,
  now: number,
  {
    login,
    client,
    type,
    phone,
    message,
  }: {
    login: Login;
    client: number;
    type: 'otp' | 'oob';
    phone: Authenticator | undefined;
    message: () => string;
  },
): Outcome {
  if (isLate(login, now)) return EXPIRED;
  if (login.over) return MALFORMED;
  if (client !== login.client) return FOREIGN;
  if (login.attempts >= 10) return EXPIRED;
  if (type === 'otp') {
    const has = model.own(login.user, now).some((it) => it.kind === 'otp' && it.active);
    return has ? { status: 200, after: () => undefined } : UNSUPPORTED;
  }
  if (!phone) return UNSUPPORTED;
  if (!model.users[login.user]?.factor.isOpen(now)) return TOO_MANY;
  if (model.maySend(login, phone.number ?? '', 'login', now) !== 'yes') return TOO_MANY;
  return {
    status: 200,
    after: (body) =>
      model.send(login, phone, 'login', { handle: text(body, 'oob_code'), code: message() }, now),
  };
}

export function removeOutcome(model: Model, now: number, by: Login, what: Authenticator): Outcome {
  const { user, access, at } = by;
  if (isLate(by, now) || by.over) return NO_BEARER;
  const fresh = access?.passed === 'factor' && now - at <= FRESH;
  if (model.isEnrolled(user) && !fresh) return NO_BEARER;
  const own = model.own(user, now);
  if (!own.includes(what)) return NOT_FOUND;
  if (what.kind === 'recovery-code') return BAD;
  if (what.active && own.filter(counts).length === 1) return DENIED;
  return {
    status: 204,
    after() {
      model.drop(what.active ? [what, ...own.filter(({ active }) => !active)] : [what]);
      if (what.active) model.cutCodesOff(user, by);
    },
  };
}

export function listOutcome(model: Model, now: number, by: Login): Outcome {
  const no = refusedBearer(by, model, now, false);
  if (no) return no;
  return {
    status: 200,
    after(body) {
      const shown = (body as unknown as { type: string; active: boolean }[]).map(
        (it) => `${it.type} ${it.active}`,
      );
      const own = model.own(by.user, now);
      const newest = own.filter(
        (it) =>
          it.active || !own.some((o) => !o.active && o.kind === it.kind && o.madeAt > it.madeAt),
      );
      const expected = newest.flatMap(({ kind, active }) =>
        Array<string>(kind === 'phone' ? 2 : 1).fill(`${kind} ${active}`),
      );
      if (shown.toSorted().join() !== expected.toSorted().join())
        throw new Error(`lists ${shown.join()}, not ${expected.join()}`);
    },
  };
}

export function changePassword(model: Model, user: number, now: number): void {
  for (const it of [...model.logins, ...model.access]) if (it.user === user) it.over = true;
  model.drop(model.own(user, now).filter(({ active }) => !active));
  model.cutCodesOff(user, undefined);
}
