// Writes the requests of every SDK by its habits.
import { type Encoder, form, type Habits, habits, json, type Kind, type Values } from './habits.js';

export interface Sent {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const telemetry = Buffer.from('{"name":"sdk","version":"1.0.0"}').toString('base64url');
const ANN = { username: 'ann@example.com', password: 'correct horse' };
const GRANT = 'http://auth0.com/oauth/grant-type/';

/** Writes requests as the SDK does. */
export function dialect(habit: Habits) {
  const common = { 'Auth0-Client': telemetry, ...habit.headers };
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const post = (path: string, encode: Encoder, values: Values, headers = {}): Sent => {
    const { type, body } = encode(values);
    return {
      method: 'POST',
      path,
      headers: { ...common, ...headers, 'Content-Type': type },
      body,
    };
  };
  const bare = (method: 'GET' | 'DELETE', path: string, token: string): Sent => ({
    method,
    path,
    headers: { ...common, ...habit.bodyless, ...bearer(token) },
  });
  const verify = (grant: string, mfa_token: string, proof: Values) => {
    const values = { grant_type: GRANT + grant, ...habit.client, mfa_token, ...proof };
    return post('/oauth/token', habit.token, { ...values, ...habit.repeats });
  };
  return {
    ...habit,
    login(more: Values = {}) {
      const { realm } = habit;
      const grant = realm ? { grant_type: `${GRANT}password-realm`, realm } : {};
      const asked = { grant_type: 'password', ...ANN, scope: 'openid profile email', ...grant };
      return post('/oauth/token', habit.token, { ...habit.client, ...asked, ...more });
    },
    associate(token: string, kind: Kind, destination: string) {
      const oob = { authenticator_types: ['oob'], oob_channels: [kind] };
      const to = { [kind === 'email' ? 'email' : 'phone_number']: destination };
      const asked = kind === 'otp' ? { authenticator_types: ['otp'] } : { ...oob, ...to };
      const encode = habit.token === form ? json : habit.token;
      return post('/mfa/associate', encode, { ...habit.associate, ...asked }, bearer(token));
    },
    list: (token: string) => bare('GET', '/mfa/authenticators', token),
    challenge(mfa_token: string, authenticator_id: string) {
      const challenge_type = authenticator_id.startsWith('totp|') ? 'otp' : 'oob';
      const exact = { challenge_type, authenticator_id };
      const asked = habit.challenges ? habit.challenges(authenticator_id) : exact;
      return post('/mfa/challenge', habit.challenge, { mfa_token, ...habit.client, ...asked });
    },
    byOob: (token: string, oob_code: string, binding_code: string) =>
      verify('mfa-oob', token, { oob_code, binding_code }),
    byOtp: (token: string, otp: string) => verify('mfa-otp', token, { otp }),
    byRecovery: (token: string, recovery_code: string) =>
      verify('mfa-recovery-code', token, { recovery_code }),
    remove: (token: string, id: string) =>
      bare('DELETE', `/mfa/authenticators/${habit.removes?.(id)}`, token),
  };
}

export type Dialect = ReturnType<typeof dialect>;
export const dialects: readonly (readonly [string, Dialect])[] = Object.entries(habits).map(
  ([name, habit]) => [name, dialect(habit)],
);
