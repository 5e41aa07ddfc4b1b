// The whole flow with Auth0's own @auth0/auth0-auth-js, unmodified (wire.md section 14.3).
import type { AuthClient } from '@auth0/auth0-auth-js';
import { expect, test } from 'vitest';
import { PHONE } from '../support/app.js';
import { masked } from '../support/masked.js';
import { authClient, logIn } from './auth-js.js';
import { type SdkServer, sdkServer } from './server.js';

const ID = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}\\|dev_\\w{16}$`));

/** Enrolls a phone from the first login. @returns the recovery code and the id */
async function enrollPhone(server: SdkServer, auth: AuthClient, channel: 'sms' | 'voice' = 'sms') {
  const { mfaToken } = await logIn(auth);
  const enrolled = await auth.mfa.enrollAuthenticator({
    authenticatorTypes: ['oob'],
    oobChannels: [channel],
    phoneNumber: PHONE,
    mfaToken,
  });
  if (enrolled.authenticatorType !== 'oob') throw new Error('not oob');
  const tokens = await auth.mfa.verify({
    factorType: 'oob',
    oobCode: enrolled.oobCode ?? '',
    bindingCode: server.code(),
    mfaToken,
  });
  return { enrolled, tokens, recoveryCode: enrolled.recoveryCodes?.[0] ?? '' };
}

/** A token that may add and remove authenticators, by the phone. */
async function manage(server: SdkServer, auth: AuthClient) {
  const audience = `${server.issuer}mfa/`;
  const { mfaToken } = await logIn(auth, {
    audience,
    scope: 'openid enroll read:authenticators remove:authenticators',
  });
  const { oobCode = '' } = await auth.mfa.challengeAuthenticator({
    challengeType: 'oob',
    mfaToken,
  });
  const bindingCode = server.code();
  return auth.mfa.verify({ factorType: 'oob', oobCode, bindingCode, mfaToken, audience });
}

test('discovers, enrolls by sms, and gets tokens that it verifies', async () => {
  const server = await sdkServer();
  const auth = authClient(server);
  const metadata = await auth.getServerMetadata();
  expect(metadata.issuer).toBe(server.issuer);
  expect(metadata.token_endpoint).toBe(`${server.issuer}oauth/token`);

  const { mfaToken, requirements } = await logIn(auth);
  expect(requirements).toEqual({ enroll: [{ type: 'otp' }, { type: 'phone' }] });
  expect(await auth.mfa.listAuthenticators({ mfaToken })).toEqual([]);

  const { enrolled, tokens } = await enrollPhone(server, auth);
  expect(enrolled).toEqual({
    authenticatorType: 'oob',
    oobChannel: 'sms',
    oobCode: expect.any(String),
    bindingMethod: 'prompt',
    id: ID('sms'),
    recoveryCodes: [expect.stringMatching(/^[A-Z0-9]{24}$/)],
    barcodeUri: undefined,
  });
  expect(tokens).toMatchObject({
    tokenType: expect.stringMatching(/^bearer$/i),
    scope: 'openid profile email',
    claims: { iss: server.issuer, aud: 'web', sub: 'u1', email: 'ann@example.com' },
  });
  const inADay = Date.now() / 1000 + 86_400;
  expect(Math.abs(tokens.expiresAt - inADay)).toBeLessThan(5);
});

test.each([
  ['otp', 'totp'],
  ['sms', 'sms'],
  ['voice', 'voice'],
  ['email', 'email'],
] as const)(
  'enrolls %s with the access token, logs in with it, deletes it',
  async (kind, prefix) => {
    const server = await sdkServer();
    const auth = authClient(server);
    await enrollPhone(server, auth);
    const { accessToken: mfaToken } = await manage(server, auth);
    const enrolled = await auth.mfa.enrollAuthenticator(
      kind === 'otp'
        ? { authenticatorTypes: ['otp'], mfaToken }
        : kind === 'email'
          ? {
              authenticatorTypes: ['oob'],
              oobChannels: ['email'],
              email: 'a@example.org',
              mfaToken,
            }
          : {
              authenticatorTypes: ['oob'],
              oobChannels: [kind],
              phoneNumber: '+15555550124',
              mfaToken,
            },
    );
    expect(enrolled.id).toEqual(ID(prefix));
    expect(enrolled.recoveryCodes).toBeUndefined();
    await auth.mfa.verify(
      enrolled.authenticatorType === 'otp'
        ? { factorType: 'otp', otp: server.otp(enrolled.secret), mfaToken }
        : {
            factorType: 'oob',
            oobCode: enrolled.oobCode ?? '',
            bindingCode: server.code(),
            mfaToken,
          },
    );

    server.skip(30);
    const again = await logIn(auth);
    const list = await auth.mfa.listAuthenticators({ mfaToken: again.mfaToken });
    const added = list.find(({ id }) => id === enrolled.id);
    expect(added).toMatchObject({
      active: true,
      authenticatorType: kind === 'otp' ? 'otp' : 'oob',
      type: { otp: 'otp', sms: 'phone', voice: 'phone', email: 'email' }[kind],
      name: {
        otp: undefined,
        sms: masked('0124'),
        voice: masked('0124'),
        email: '*@exam*******',
      }[kind],
    });
    const challengeType = kind === 'otp' ? 'otp' : 'oob';
    const challenge = await auth.mfa.challengeAuthenticator({
      challengeType,
      authenticatorId: enrolled.id ?? '',
      mfaToken: again.mfaToken,
    });
    expect(challenge).toEqual(
      kind === 'otp'
        ? { challengeType }
        : { challengeType, oobCode: expect.any(String), bindingMethod: 'prompt' },
    );
    expect(
      await auth.mfa.verify(
        enrolled.authenticatorType === 'otp'
          ? { factorType: 'otp', otp: server.otp(enrolled.secret), mfaToken: again.mfaToken }
          : {
              factorType: 'oob',
              oobCode: challenge.oobCode ?? '',
              bindingCode: server.code(),
              mfaToken: again.mfaToken,
            },
      ),
    ).toMatchObject({ claims: { sub: 'u1' } });

    await auth.mfa.deleteAuthenticator({ authenticatorId: enrolled.id ?? '', mfaToken });
    const left = await auth.mfa.listAuthenticators({ mfaToken });
    expect(left.map(({ id }) => id.split('|')[0])).toEqual(['sms', 'voice', 'recovery-code']);
  },
);

test('logs in with the recovery code and gets the next one', async () => {
  const server = await sdkServer();
  const auth = authClient(server);
  const { recoveryCode } = await enrollPhone(server, auth, 'voice');
  const { mfaToken } = await logIn(auth);
  const options = { factorType: 'recovery-code', recoveryCode, mfaToken } as const;
  const tokens = await auth.mfa.verify(options);
  expect(tokens.recoveryCode).toMatch(/^[A-Z0-9]{24}$/);
  expect(tokens.recoveryCode).not.toBe(recoveryCode);

  const { mfaToken: next } = await logIn(auth);
  const { data, response } = await auth.mfa.verify({
    factorType: 'recovery-code',
    recoveryCode: tokens.recoveryCode ?? '',
    mfaToken: next,
    fullResponse: true,
  });
  expect(data.recoveryCode).toMatch(/^[A-Z0-9]{24}$/);
  expect(response.status).toBe(200);
});
