// Every refusal that Auth0.swift, Auth0.Android and auth0-java tell apart (wire.md section 11), and how to provoke it.
import { client, OTP, SMS } from '../support/app.js';
import { type SdkServer, sdkServer } from './server.js';

export interface Refusal {
  readonly error: string;
  readonly error_description: string;
}

const says = ({ error, error_description }: Refusal, code: string, ...texts: readonly string[]) =>
  error === code && (texts.length === 0 || texts.includes(error_description));

/** What Auth0.swift, Auth0.Android and auth0-java tell errors apart by (wire.md section 11). */
export const flags: Readonly<Record<string, (it: Refusal) => boolean>> = {
  isMultifactorRequired: (it) => says(it, 'mfa_required'),
  isMultifactorEnrollRequired: (it) => says(it, 'unsupported_challenge_type'),
  isMultifactorCodeInvalid: (it) =>
    says(
      it,
      'invalid_grant',
      'Invalid otp_code.',
      'Invalid binding_code.',
      'MFA Authorization rejected.',
    ),
  isMultifactorTokenInvalid: (it) =>
    says(it, 'expired_token', 'mfa_token is expired') ||
    says(it, 'invalid_grant', 'Malformed mfa_token'),
  isInvalidCredentials: (it) => says(it, 'invalid_grant', 'Wrong email or password.'),
  isTooManyAttempts: (it) => says(it, 'too_many_attempts'),
  isAccessDenied: (it) => says(it, 'access_denied'),
  isRuleError: (it) => says(it, 'unauthorized'),
};

/** A server with a user who logs in, and who has a phone when told so. */
export async function ready(enrolled: boolean) {
  const server = await sdkServer();
  const spa = client(server.url);
  if (enrolled) {
    const { mfa_token: token } = (await spa.login().expect(403)).body;
    const { oob_code: code } = (await spa.associate(token, SMS).expect(200)).body;
    await spa.oob(token, code, server.code()).expect(200);
  }
  const token: string = (await spa.login().expect(403)).body.mfa_token;
  return { server, spa, token };
}

type Ready = Awaited<ReturnType<typeof ready>>;
type Provoke = (it: Ready) => PromiseLike<{ status: number; body: unknown }>;

const wrong = (server: SdkServer) => server.code().replace(/.$/, (digit) => `${9 - Number(digit)}`);

export const refusals: readonly (readonly [string, string, boolean, number, Provoke])[] = [
  ['the second factor', 'isMultifactorRequired', true, 403, ({ spa }) => spa.login()],
  [
    'nobody enrolled',
    'isMultifactorEnrollRequired',
    false,
    401,
    ({ spa, token }) => spa.challenge({ mfa_token: token }),
  ],
  [
    'an otp of nobody',
    'isMultifactorEnrollRequired',
    false,
    401,
    ({ spa, token }) => spa.otp(token, '123456'),
  ],
  [
    'no recovery code',
    'isMultifactorEnrollRequired',
    false,
    403,
    ({ spa, token }) => spa.recovery(token, 'A'.repeat(24)),
  ],
  [
    'no common type',
    'isMultifactorEnrollRequired',
    true,
    401,
    ({ spa, token }) => spa.challenge({ mfa_token: token, challenge_type: 'otp' }),
  ],
  [
    'a wrong code',
    'isMultifactorCodeInvalid',
    true,
    403,
    async ({ server, spa, token }) => {
      const { body } = await spa.challenge({ mfa_token: token }).expect(200);
      return spa.oob(token, body.oob_code, wrong(server));
    },
  ],
  [
    'a wrong otp',
    'isMultifactorCodeInvalid',
    false,
    403,
    async ({ server, spa, token }) => {
      const { body } = await spa.associate(token, OTP).expect(200);
      const code = server.otp(body.secret);
      return spa.otp(
        token,
        code.replace(/.$/, (digit) => `${9 - Number(digit)}`),
      );
    },
  ],
  [
    'a wrong recovery code',
    'isMultifactorCodeInvalid',
    true,
    403,
    ({ spa, token }) => spa.recovery(token, 'A'.repeat(24)),
  ],
  [
    'a malformed token',
    'isMultifactorTokenInvalid',
    true,
    403,
    ({ spa }) => spa.otp('mfa_nothing', '123456'),
  ],
  [
    'an expired token',
    'isMultifactorTokenInvalid',
    true,
    401,
    ({ server, spa, token }) => {
      server.skip(601);
      return spa.otp(token, '123456');
    },
  ],
  [
    'an expired token challenged',
    'isMultifactorTokenInvalid',
    true,
    401,
    ({ server, spa, token }) => {
      server.skip(601);
      return spa.challenge({ mfa_token: token });
    },
  ],
  [
    'a wrong password',
    'isInvalidCredentials',
    false,
    403,
    ({ spa }) => spa.login({ password: 'wrong' }),
  ],
  [
    'too many messages',
    'isTooManyAttempts',
    true,
    429,
    async ({ spa, token }) => {
      const ask = () => spa.challenge({ mfa_token: token });
      let answer = await ask();
      for (let n = 0; n < 10 && answer.status === 200; n++) answer = await ask();
      return answer;
    },
  ],
  ['enrolled already', 'isAccessDenied', true, 403, ({ spa, token }) => spa.associate(token, OTP)],
  [
    'a blocked user',
    'isRuleError',
    false,
    401,
    ({ spa }) => spa.login({ username: 'eve@example.com', password: 'blocked' }),
  ],
];
