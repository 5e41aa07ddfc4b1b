// One walk: each command to the app and to the model, which have to agree on every answer and on what is enrolled.
import { memoryStores } from 'express-mfa/adapters/memory';
import { OOB_GRANT, OTP_GRANT, RECOVERY_GRANT, type TestApp, testApp } from '../../support/app.js';
import { totp, wrongCode } from '../../support/attack.js';
import type { Send } from '../connection.js';
import { countedRandom, newest } from '../held.js';
import type { Answer, Outcome } from './answers.js';
import type { Command } from './commands.js';
import { type Authenticator, type Login, Model } from './model.js';
import {
  associateOutcome,
  challengeOutcome,
  changePassword,
  listOutcome,
  logInOutcome,
  removeOutcome,
} from './outcomes.js';
import { oobOutcome, otpOutcome, recoveryOutcome } from './proofs.js';

const CLIENTS = ['spa', 'other'];
const USERS = [
  { username: 'ann@example.com', password: 'correct horse' },
  { username: 'bob@example.com', password: 'battery staple' },
];
const NUMBERS = ['+15555550123', '+15555550155'];
const MFA = 'https://auth.example.com/mfa/';
/** JWTs are good for half a minute longer than they say, logins are not: what happens then is tested elsewhere. */
const LEEWAY = [600_000, 640_000] as const;

/** The jitter of waits is 0, so that the model knows when they end. */
function evenRandom() {
  const random = countedRandom();
  return { ...random, integer: (limit: number) => (limit === 201 ? 100 : random.integer(limit)) };
}

export interface Walk {
  readonly t: TestApp;
  readonly model: Model;
  /** What was done, for whoever reads a failure. */
  readonly history: string[];
  readonly outcomes: Record<string, number>;
}

export async function newWalk(outcomes: Record<string, number>): Promise<Walk> {
  const t = await testApp({ random: evenRandom(), sharedStores: memoryStores() });
  return { t, model: new Model(), history: [], outcomes };
}

/** A request, and what has to come back. */
interface Planned {
  readonly method: string;
  readonly path: string;
  readonly bearer?: string | undefined;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly expected: Outcome;
}

/** @throws Error when the app does not answer what the model says */
export async function step(walk: Walk, send: Send, command: Command): Promise<void> {
  const { t, model, history, outcomes } = walk;
  if (command.do === 'wait') {
    t.clock.advance(command.seconds);
    history.push(`wait ${command.seconds} s`);
    return;
  }
  if (command.do === 'change the password') {
    await t.mfa.onPasswordChanged(`u${command.user + 1}`);
    changePassword(model, command.user, t.clock.now());
    history.push(`the password of user ${command.user} changes`);
    return;
  }
  if (command.do === 'log in') await t.mfa.purge(); // what is over takes no place: the model knows no purge
  const planned = plan(walk, command);
  if (!planned) return;
  const { method, path, bearer, body, expected } = planned;
  const headers = {
    ...(body && { 'Content-Type': 'application/json' }),
    ...(bearer && { Authorization: `Bearer ${bearer}` }),
  };
  const sent = body && Buffer.from(JSON.stringify(body));
  const got = await send({ method, path, headers, body: sent });
  const answer: Answer = { status: got?.status ?? 0, body: got?.text ? JSON.parse(got.text) : {} };
  const { error = '', error_description: text = '' } = answer.body as Record<string, string>;
  history.push(
    `${command.do} ${JSON.stringify({ ...command, do: undefined })} → ${answer.status} ${error}`,
  );
  const key = `${command.do} ${answer.status} ${error}`;
  outcomes[key] = (outcomes[key] ?? 0) + 1;
  const wanted = 'error' in expected ? expected.error : undefined;
  if (answer.status !== expected.status || (wanted !== undefined && wanted !== error)) {
    throw new Error(`expected ${expected.status} ${wanted ?? ''}, got ${answer.status} ${text}`);
  }
  if ('after' in expected) expected.after(answer.body);
  await compare(walk);
}

/** What the store holds is what the model holds. */
async function compare({ t, model }: Walk): Promise<void> {
  const now = t.clock.now();
  for (const user of USERS.keys()) {
    const { authenticators } = await t.mfa.store.load({ userId: `u${user + 1}` });
    const stored = authenticators
      .filter((it) => it.expiresAt === undefined || it.expiresAt > now)
      .map(({ kind, status }) => `${kind} ${status}`);
    const own = model.own(user, now).map((it) => `${it.kind} ${it.active ? 'active' : 'pending'}`);
    if (stored.toSorted().join() !== own.toSorted().join()) {
      throw new Error(`user ${user} has ${stored.join(', ')}, not ${own.join(', ')}`);
    }
  }
}

type Asking = Exclude<Command, { readonly do: 'wait' | 'change the password' }>;

function plan(walk: Walk, command: Asking): Planned | undefined {
  const { t, model } = walk;
  const now = t.clock.now();
  switch (command.do) {
    case 'log in': {
      const { user, client, mfaApi, wrong } = command;
      const login = {
        ...USERS[user],
        ...(wrong && { password: 'wrong' }),
        ...(mfaApi && { audience: MFA }),
      };
      return {
        ...post({ grant_type: 'password', client_id: CLIENTS[client], ...login }),
        expected: logInOutcome(model, now, command),
      };
    }
    case 'associate': {
      const by = bearerOf(walk, command.by, command.withAccess);
      if (!by) return undefined;
      const number = NUMBERS[command.number] as string;
      const isOtp = command.kind === 'otp';
      return {
        method: 'POST',
        path: '/mfa/associate',
        bearer: by.token,
        body: isOtp
          ? { authenticator_types: ['otp'] }
          : { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: number },
        expected: associateOutcome(model, now, by, isOtp ? 'otp' : 'phone', number, t.code),
      };
    }
    case 'challenge':
      return planChallenge(walk, command);
    case 'remove': {
      const by = bearerOf(walk, command.access, true);
      const all = model.authenticators.filter((it) => !command.own || it.user === by?.user);
      const what = all.length > 0 ? all.at(-1 - (command.authenticator % all.length)) : undefined;
      if (!by || !what || what.id === '') return undefined;
      const id = `${what.kind === 'otp' ? 'totp' : 'sms'}|${what.id}`;
      const path = `/mfa/authenticators/${encodeURIComponent(id)}`;
      return {
        method: 'DELETE',
        path,
        bearer: by.token,
        expected: removeOutcome(model, now, by, what),
      };
    }
    case 'list': {
      const by = bearerOf(walk, command.by, command.withAccess);
      if (!by) return undefined;
      return {
        method: 'GET',
        path: '/mfa/authenticators',
        bearer: by.token,
        expected: listOutcome(model, now, by),
      };
    }
    case 'oob':
    case 'otp':
    case 'recover':
      return planProof(walk, command);
  }
}

const post = (body: Readonly<Record<string, unknown>>) => ({
  method: 'POST',
  path: '/oauth/token',
  body,
});

/** A login, or an access token, that is there. */
function bearerOf({ t, model }: Walk, at: number, withAccess: boolean): Login | undefined {
  const it = newest(withAccess ? model.access : model.logins, at);
  const age = it ? t.clock.now() - it.at : 0;
  return it?.access && age >= LEEWAY[0] && age < LEEWAY[1] ? undefined : it;
}

function planChallenge(
  walk: Walk,
  command: Extract<Command, { do: 'challenge' }>,
): Planned | undefined {
  const { t, model } = walk;
  const now = t.clock.now();
  const login = bearerOf(walk, command.login, false);
  if (!login) return undefined;
  const { type, otherClient } = command;
  const phones = model.own(login.user, now).filter((it) => it.kind === 'phone' && it.active);
  const phone: Authenticator | undefined = phones[command.phone % (phones.length || 1)];
  const client = otherClient ? 1 - login.client : login.client;
  return {
    method: 'POST',
    path: '/mfa/challenge',
    body: {
      client_id: CLIENTS[client],
      mfa_token: login.token,
      challenge_type: type,
      ...(type === 'oob' && phone && { authenticator_id: `sms|${phone.id}` }),
    },
    expected: challengeOutcome(model, now, { login, client, type, phone, message: t.code }),
  };
}

function planProof(
  walk: Walk,
  command: Extract<Command, { do: 'oob' | 'otp' | 'recover' }>,
): Planned | undefined {
  const { t, model } = walk;
  const now = t.clock.now();
  const login = bearerOf(walk, command.login, command.withAccess);
  if (!login) return undefined;
  const client = 'otherClient' in command && command.otherClient ? 1 - login.client : login.client;
  const proof = { login, client, now };
  const asked = { client_id: CLIENTS[client], mfa_token: login.token };
  const given = proofOf(walk, command, login);
  if (!given) return undefined;
  const outcome = given.judge(proof);
  return {
    ...post({ ...asked, ...given.body }),
    expected: withTokens(model, proof, command.do, outcome),
  };
}

function proofOf(
  { t, model }: Walk,
  command: Extract<Command, { do: 'oob' | 'otp' | 'recover' }>,
  login: Login,
) {
  if (command.do === 'oob') {
    const sent = newest(
      model.sent.filter((it) => !command.own || it.login === login),
      command.sent,
    );
    if (!sent) return undefined;
    const code = command.wrong ? wrongCode(sent.code) : sent.code;
    return {
      body: { grant_type: OOB_GRANT, oob_code: sent.handle, binding_code: code },
      judge: (proof: Parameters<typeof oobOutcome>[1]) => oobOutcome(model, proof, sent, code),
    };
  }
  if (command.do === 'otp') {
    const all = model.authenticators.filter(
      (it) => it.kind === 'otp' && (!command.own || it.user === login.user),
    );
    const right = totp(
      newest(all, command.secret)?.secret ?? 'GEZDGNBVGY3TQOJQ',
      t.clock.now(),
      command.step,
    );
    const code = command.wrong ? wrongCode(right) : right;
    return {
      body: { grant_type: OTP_GRANT, otp: code },
      judge: (proof: Parameters<typeof otpOutcome>[1]) => otpOutcome(model, proof, code),
    };
  }
  const code = newest(model.codes, command.code)?.code;
  if (code === undefined) return undefined;
  const typed = command.wrong ? 'A'.repeat(24) : code;
  return {
    body: { grant_type: RECOVERY_GRANT, recovery_code: typed },
    judge: (proof: Parameters<typeof recoveryOutcome>[1]) => recoveryOutcome(model, proof, typed),
  };
}

/** A success for the MFA API gives an access token. */
function withTokens(
  model: Model,
  { login, now }: { login: Login; now: number },
  kind: string,
  outcome: Outcome,
): Outcome {
  if ('error' in outcome || !login.mfaApi) return outcome;
  const recovered = kind === 'recover' || login.access?.passed === 'recovery';
  return {
    status: outcome.status,
    after(body) {
      outcome.after(body);
      const { user, client } = login;
      const access = { passed: recovered ? 'recovery' : 'factor' } as const;
      const token = String(body['access_token']);
      model.access.push(model.login({ token, user, client, mfaApi: true, at: now, access }));
    },
  };
}
