import { email, oob, recoveryCode, sms, tooManyAttempts } from 'express-mfa';
import { memoryStores } from 'express-mfa/adapters/memory';
import { expect } from 'vitest';
import { client, enrollPhone, OTP, SMS, type TestAppOptions } from '../../support/app.js';
import { mfaApiToken, mfaToken, otherThan } from '../steps.js';
import { challenged, type Row, row } from './row.js';

const BLOCKED_TEXT =
  /^Your account has been blocked after multiple consecutive login attempts\. .*\b5 minutes\b/;
const send = async () => undefined;
const sending = (failure: () => Promise<unknown>): TestAppOptions => ({
  authenticators: [oob({ channels: [sms({ send: failure, countries: ['US'] })] })],
});
const onlyEmail = { authenticators: [oob({ channels: [email({ send })] }), recoveryCode()] };

/** A store that always says that somebody else was faster. */
const contested: TestAppOptions = {
  sharedStores: (issuer) => {
    const store = memoryStores()(issuer);
    return {
      ...store,
      commit: (changes) => (changes.account ? Promise.resolve(false) : store.commit(changes)),
    };
  },
};

/** Row 31, for each scope. */
const insufficient = (needed: string, has: string): Row =>
  row(
    `31, ${needed}`,
    'an access token without the scope',
    [403, 'insufficient_scope', `Insufficient scope, expected: ${needed}`],
    async (t, c) => {
      await enrollPhone(t);
      const bearer = await mfaApiToken(t, has);
      if (needed === 'enroll') return c.associate(bearer, OTP);
      return needed.startsWith('read') ? c.list(bearer) : c.remove(bearer, 'sms|dev_x');
    },
  );

/** Limits, clients, scopes, and what the host switched off. */
export const rows23to35: Row[] = [
  row(
    '23, codes',
    'too many wrong codes',
    [429, 'too_many_attempts', expect.stringMatching(/\b60 seconds\b/)],
    async (t, c) => {
      const { token, oobCode, code } = await challenged(t, c);
      for (let i = 0; i < 5; i++) await c.oob(token, oobCode, otherThan(code)).expect(403);
      return c.oob(token, oobCode, code);
    },
    { retryAfter: '60' },
  ),
  row(
    '23, sends',
    'too many messages',
    [429, 'too_many_attempts', expect.stringMatching(/\b\d+ seconds\b/)],
    async (t, c) => {
      const { token } = await challenged(t, c);
      return c.challenge({ mfa_token: token });
    },
    { retryAfter: '2[789]|3[0123]' },
  ),
  row(
    '24',
    'too many wrong passwords',
    [429, 'too_many_attempts', expect.stringMatching(BLOCKED_TEXT)],
    async (_t, c) => c.login(),
    {
      options: {
        users: {
          findById: () => undefined,
          authenticate: () => {
            throw tooManyAttempts(300);
          },
        },
      },
      retryAfter: '300',
    },
  ),
  row(
    '25',
    'more at once than can be served',
    [429, 'too_many_requests', expect.stringMatching(/^Rate limit exceeded\./)],
    async (t, c) => c.associate(await mfaToken(t), SMS),
    { options: contested, retryAfter: '1' },
  ),
  row(
    '26',
    'an unknown client',
    [401, 'invalid_client', 'Client authentication failed'],
    async (t) => client(t.app, 'nobody').login(),
  ),
  row(
    '27',
    'a grant that is off for the client',
    [403, 'unauthorized_client', "Grant type 'password' not allowed for the client."],
    async (t) => client(t.app, 'nopassword').login(),
  ),
  row(
    '32',
    'a missing parameter',
    [400, 'invalid_request', 'Missing required parameter: mfa_token'],
    async (_t, c) => c.challenge({}),
  ),
  row(
    '33, type',
    'a type that is switched off',
    [403, 'access_denied', 'The factor is not enabled.'],
    async (t, c) => c.associate(await mfaToken(t), OTP),
    { options: onlyEmail },
  ),
  row(
    '33, channel',
    'a channel that is switched off',
    [403, 'access_denied', 'The factor is not enabled.'],
    async (t, c) => c.associate(await mfaToken(t), SMS),
    { options: onlyEmail },
  ),
  row(
    '34',
    'a message that could not be sent',
    [502, 'bad_gateway', expect.stringMatching(/^[^'"]{10,}$/)],
    async (t, c) => c.associate(await mfaToken(t), SMS),
    { options: sending(() => Promise.reject(new Error('gateway.example.com says no to +1555'))) },
  ),
  row('35', 'a blocked user', [401, 'unauthorized', 'user is blocked'], async (_t, c) =>
    c.login({ username: 'eve@example.com', password: 'blocked' }),
  ),
  insufficient('enroll', 'read:authenticators'),
  insufficient('read:authenticators', 'enroll'),
  insufficient('remove:authenticators', 'enroll'),
];
