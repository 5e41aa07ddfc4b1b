// Every refusal as @auth0/auth0-auth-js tells it: its class, and the fields that applications read.
import {
  MfaChallengeError,
  MfaDeleteAuthenticatorError,
  MfaEnrollmentError,
  MfaListAuthenticatorsError,
  MfaVerifyError,
  TokenByPasswordError,
} from '@auth0/auth0-auth-js';
import { describe, expect, test } from 'vitest';
import { PHONE } from '../support/app.js';
import { ANN, authClient, logIn, rejection } from './auth-js.js';
import { sdkServer } from './server.js';

const MALFORMED = 'mfa_nothing';
const BAD_BEARER = 'The mfa_token provided is invalid. Try getting a new token.';

async function started() {
  const server = await sdkServer();
  const auth = authClient(server);
  const { mfaToken } = await logIn(auth);
  return { server, auth, mfaToken };
}

async function enrolled() {
  const { server, auth, mfaToken } = await started();
  const sms = await auth.mfa.enrollAuthenticator({
    authenticatorTypes: ['oob'],
    oobChannels: ['sms'],
    phoneNumber: PHONE,
    mfaToken,
  });
  const oobCode = 'oobCode' in sms ? (sms.oobCode ?? '') : '';
  const code = server.code();
  await auth.mfa.verify({ factorType: 'oob', oobCode, bindingCode: code, mfaToken });
  return { server, auth, ...(await logIn(auth)) };
}

const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

/** What is on the error of each of its classes. */
const told = (statusCode: number, error: string, error_description: unknown) => ({
  message: error_description,
  cause: { error, error_description },
  statusCode,
});

describe('verify', () => {
  test('a wrong code', async () => {
    const { server, auth, mfaToken } = await enrolled();
    const { oobCode = '' } = await auth.mfa.challengeAuthenticator({
      challengeType: 'oob',
      mfaToken,
    });
    const bindingCode = wrong(server.code());
    const verify = auth.mfa.verify({ factorType: 'oob', oobCode, bindingCode, mfaToken });
    const error = await rejection(verify, MfaVerifyError);
    expect(error).toMatchObject({
      code: 'mfa_verify_error',
      ...told(403, 'invalid_grant', 'Invalid binding_code.'),
    });
    const full = auth.mfa.verify({
      factorType: 'oob',
      oobCode,
      bindingCode,
      mfaToken,
      fullResponse: true,
    });
    const withBody = await rejection(full, MfaVerifyError);
    expect(withBody).toMatchObject(told(403, 'invalid_grant', 'Invalid binding_code.'));
  });

  test('a wrong otp and a wrong recovery code', async () => {
    const { server, auth, mfaToken } = await started();
    const otp = await auth.mfa.enrollAuthenticator({ authenticatorTypes: ['otp'], mfaToken });
    const code = wrong(server.otp('secret' in otp ? otp.secret : ''));
    const verify = auth.mfa.verify({ factorType: 'otp', otp: code, mfaToken });
    const error = await rejection(verify, MfaVerifyError);
    expect(error).toMatchObject(told(403, 'invalid_grant', 'Invalid otp_code.'));

    const other = await enrolled();
    const recoveryCode = 'A'.repeat(24);
    const recover = other.auth.mfa.verify({
      factorType: 'recovery-code',
      recoveryCode,
      mfaToken: other.mfaToken,
    });
    const refused = await rejection(recover, MfaVerifyError);
    expect(refused).toMatchObject(told(403, 'invalid_grant', 'MFA Authorization rejected.'));
  });

  test('an expired and a malformed token, an expired oob_code', async () => {
    const { server, auth, mfaToken } = await enrolled();
    const { oobCode = '' } = await auth.mfa.challengeAuthenticator({
      challengeType: 'oob',
      mfaToken,
    });
    const bindingCode = server.code();
    const verify = (token: string) =>
      auth.mfa.verify({ factorType: 'oob', oobCode, bindingCode, mfaToken: token });
    expect(await rejection(verify(MALFORMED), MfaVerifyError)).toMatchObject(
      told(403, 'invalid_grant', 'Malformed mfa_token'),
    );
    server.skip(301);
    expect(await rejection(verify(mfaToken), MfaVerifyError)).toMatchObject(
      told(401, 'expired_token', 'oob_code is expired'),
    );
    server.skip(300);
    expect(await rejection(verify(mfaToken), MfaVerifyError)).toMatchObject(
      told(401, 'expired_token', 'mfa_token is expired'),
    );
  });

  test('a client without its secret keeps the OAuth error', async () => {
    const { server } = await enrolled();
    const other = authClient(server, { secret: 'wrong' });
    const error = await rejection(other.getTokenByPassword(ANN), TokenByPasswordError);
    expect(error).toMatchObject({
      statusCode: 401,
      cause: { error: 'invalid_client', error_description: 'Client authentication failed' },
    });
  });
});

test('list, enroll, challenge and delete', async () => {
  const { server, auth, mfaToken } = await enrolled();
  const badBearer = told(401, 'invalid_grant', BAD_BEARER);
  const list = (token: string) => auth.mfa.listAuthenticators({ mfaToken: token });
  const listError = await rejection(list(MALFORMED), MfaListAuthenticatorsError);
  expect(listError).toMatchObject({ code: 'mfa_list_authenticators_error', ...badBearer });
  expect(JSON.parse(listError.body ?? '')).toEqual({
    error: 'invalid_grant',
    error_description: BAD_BEARER,
  });
  expect(listError.headers?.get('content-type')).toBe('application/json; charset=utf-8');

  const enroll = auth.mfa.enrollAuthenticator({ authenticatorTypes: ['otp'], mfaToken });
  expect(await rejection(enroll, MfaEnrollmentError)).toMatchObject({
    code: 'mfa_enrollment_error',
    ...told(403, 'access_denied', 'User is already enrolled.'),
  });

  const challenge = (options: { authenticatorId?: string; challengeType?: 'otp' }) =>
    rejection(
      auth.mfa.challengeAuthenticator({ challengeType: 'oob', mfaToken, ...options }),
      MfaChallengeError,
    );
  expect(await challenge({ authenticatorId: 'sms|dev_none' })).toMatchObject({
    code: 'mfa_challenge_error',
    ...told(404, 'invalid_authenticator', 'Authenticator not found'),
  });
  expect(await challenge({ challengeType: 'otp' })).toMatchObject(
    told(
      401,
      'unsupported_challenge_type',
      expect.stringMatching(
        /^The user does not support the requested challenge type \(otp\)\. Supported type: oob\b/,
      ),
    ),
  );

  const remove = auth.mfa.deleteAuthenticator({ authenticatorId: 'sms|dev_none', mfaToken });
  expect(await rejection(remove, MfaDeleteAuthenticatorError)).toMatchObject({
    code: 'mfa_delete_authenticator_error',
    ...badBearer,
  });

  server.skip(601);
  expect(await rejection(list(mfaToken), MfaListAuthenticatorsError)).toMatchObject(badBearer);
  expect(await challenge({})).toMatchObject(told(401, 'expired_token', 'mfa_token is expired'));
});

test('nobody enrolled, a bad number, a wrong password', async () => {
  const { auth, mfaToken } = await started();
  const challenge = auth.mfa.challengeAuthenticator({ challengeType: 'oob', mfaToken });
  expect(await rejection(challenge, MfaChallengeError)).toMatchObject(
    told(
      401,
      'unsupported_challenge_type',
      'User is not enrolled. You can use /mfa/associate endpoint to enroll the first authenticator.',
    ),
  );
  const enroll = auth.mfa.enrollAuthenticator({
    authenticatorTypes: ['oob'],
    oobChannels: ['sms'],
    phoneNumber: '12',
    mfaToken,
  });
  expect(await rejection(enroll, MfaEnrollmentError)).toMatchObject(
    told(400, 'invalid_phone_number', 'The phone number is invalid.'),
  );
  const login = auth.getTokenByPassword({ ...ANN, password: 'wrong' });
  expect(await rejection(login, TokenByPasswordError)).toMatchObject({
    statusCode: 403,
    cause: { error: 'invalid_grant', error_description: 'Wrong email or password.' },
  });
});
