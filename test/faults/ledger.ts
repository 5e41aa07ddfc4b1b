// The client, which writes down everything that it was told, and what every token was given for.
import { type Answer, ask, LONGEST_MS, passing } from './http.js';
import { limit } from './limit.js';
import { minus, PASSWORD, type Person, plus } from './people.js';
import type { Sink } from './sink.js';

const GRANT = 'http://auth0.com/oauth/grant-type/mfa-';
const LEAK =
  /select |insert |update mfa|relation|mfa_(account|window|delivery)|ECONN|deadlock|postgres|\bat .+:\d+:\d+/i;

export interface Proof {
  readonly kind: 'oob' | 'otp' | 'recovery-code';
  readonly members: Readonly<Record<string, string>>;
  /** What makes it right, used up by one token; undefined when the harness knows it to be wrong. */
  readonly right: string | undefined;
}

export interface Ledger {
  readonly answers: { readonly path: string; readonly answer: Answer }[];
  readonly problems: string[];
  /** Requests that gave a token: none of them may give another one. */
  readonly redeemed: (() => Promise<Answer>)[];
  /** Requests that are on their way. */
  inFlight: number;
  port: number;
  login(person: Person, members?: Readonly<Record<string, string>>): Promise<Answer>;
  associate(person: Person, bearer: string, kind: 'phone' | 'otp'): Promise<Answer>;
  challenge(person: Person, token: string): Promise<Answer>;
  /** @param enrolls - the kind of the enrollment that this proof confirms */
  prove(person: Person, token: string, proof: Proof, enrolls?: string): Promise<Answer>;
  list(bearer: string): Promise<Answer>;
  remove(person: Person, bearer: string, id: string, kind: string): Promise<Answer>;
  forget(): void;
}

export function ledger(port: number): Ledger {
  const used = new Set<string>();

  async function call(path: string, how: Parameters<typeof ask>[2]): Promise<Answer> {
    it.inFlight++;
    const answer = await ask(it.port, path, how).finally(() => it.inFlight--);
    it.answers.push({ path, answer });
    const { status, ms, text, body } = answer;
    if (ms > limit(LONGEST_MS)) it.problems.push(`${path} took ${Math.round(ms)} ms`);
    if (status >= 500 && status !== 502 && status !== 503) it.problems.push(`${path}: ${status}`);
    if (status !== 0 && status !== 204 && body === undefined) it.problems.push(`${path}: ${text}`);
    if (status >= 400 && LEAK.test(text)) it.problems.push(`${path} tells: ${text}`);
    return answer;
  }
  const token = (members: Readonly<Record<string, string>>) =>
    call('/oauth/token', { form: { client_id: 'spa', ...members } });

  /** A token came: was it for a right proof of this person, and for the first time? */
  function judge(person: Person, answer: Answer, right: string | undefined): void {
    if (right === undefined) it.problems.push(`${person.id}: a token for a wrong proof`);
    else if (used.has(right)) it.problems.push(`${person.id}: a second token for ${right}`);
    else used.add(right);
    const [, payload = ''] = String(answer.body.access_token).split('.');
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (sub !== person.id) it.problems.push(`${person.id} got a token of ${sub}`);
  }

  /** What is active after a request: the change, or either when its answer was lost. */
  function settle(person: Person, answer: Answer, change: (kinds: string) => string): void {
    const changed = [...person.possible].map(change);
    if (answer.status < 300 && answer.status > 0) person.possible = new Set(changed);
    else if (passing(answer)) for (const kinds of changed) person.possible.add(kinds);
  }

  const it: Ledger = {
    answers: [],
    problems: [],
    redeemed: [],
    inFlight: 0,
    port,
    async login({ username, id }, members = {}) {
      const form = { grant_type: 'password', username, password: PASSWORD, ...members };
      const answer = await token(form);
      if (answer.body?.access_token) it.problems.push(`${id}: a token for a password`);
      return answer;
    },
    async associate(person, bearer, kind) {
      const oob = { oob_channels: ['sms'], phone_number: person.phone };
      const json =
        kind === 'otp'
          ? { authenticator_types: ['otp'] }
          : { authenticator_types: ['oob'], ...oob };
      const answer = await call('/mfa/associate', { json, bearer });
      if (answer.status !== 200) return answer;
      if (kind === 'otp') Object.assign(person, { secret: answer.body.secret, step: 0 });
      else person.sent++;
      if (answer.body.recovery_codes) person.recovery = answer.body.recovery_codes[0];
      return answer;
    },
    async challenge(person, mfaToken) {
      const form = { client_id: 'spa', mfa_token: mfaToken, challenge_type: 'oob' };
      const answer = await call('/mfa/challenge', { form });
      if (answer.status === 200) person.sent++;
      return answer;
    },
    async prove(person, mfaToken, { kind, members, right }, enrolls) {
      const form = { grant_type: GRANT + kind, mfa_token: mfaToken, ...members };
      const answer = await token(form);
      const { status, body } = answer;
      if (status === 200) {
        judge(person, answer, right);
        it.redeemed.push(() => token(form));
        if (body.recovery_code) person.recovery = body.recovery_code;
      }
      const lane = kind === 'recovery-code' ? 'recovery' : 'factor';
      if (status === 403 && /^Invalid|rejected/.test(body?.error_description)) person.wrong[lane]++;
      if (enrolls) settle(person, answer, (kinds) => plus(kinds, enrolls));
      return answer;
    },
    list: (bearer) => call('/mfa/authenticators', { bearer }),
    async remove(person, bearer, id, kind) {
      const path = `/mfa/authenticators/${encodeURIComponent(id)}`;
      const answer = await call(path, { method: 'DELETE', bearer });
      settle(person, answer, (kinds) => minus(kinds, kind));
      return answer;
    },
    forget() {
      it.answers.length = 0;
      it.problems.length = 0;
      it.redeemed.length = 0;
      used.clear();
    },
  };
  return it;
}

/** The code of the newest message to this phone. */
export function sentCode(sink: Sink, person: Person, oobCode: string): Proof {
  const message = sink.last(person.phone);
  const code = message?.code ?? '';
  return {
    kind: 'oob',
    members: { oob_code: oobCode, binding_code: code },
    right: message && `message ${message.id}`,
  };
}

export const totp = (person: Person, code: string): Proof => ({
  kind: 'otp',
  members: { otp: code },
  right: `${person.id} step ${person.step}`,
});

export const recovery = ({ recovery = '' }: Person): Proof => ({
  kind: 'recovery-code',
  members: { recovery_code: recovery },
  right: `recovery ${recovery}`,
});

/** Not the code of any message. */
export function wrongCode(sink: Sink, person: Person, oobCode: string): Proof {
  const sent = new Set(sink.delivered.filter((it) => it.to === person.phone).map((it) => it.code));
  let code = '000000';
  while (sent.has(code)) code = String(Number(code) + 1).padStart(6, '0');
  return { kind: 'oob', members: { oob_code: oobCode, binding_code: code }, right: undefined };
}
