import { client, enrollPhone } from '../../support/app.js';
import { enrollOtp, mfaToken, otherThan } from '../steps.js';
import { challenged, type Row, row } from './row.js';

/** Wrong, foreign and expired proofs and tokens. */
export const rows1to12: Row[] = [
  row('1', 'a wrong password', [403, 'invalid_grant', 'Wrong email or password.'], async (_t, c) =>
    c.login({ password: 'wrong' }),
  ),
  row(
    '3',
    'a wrong code of an authenticator app',
    [403, 'invalid_grant', 'Invalid otp_code.'],
    async (t, c) => {
      const { show } = await enrollOtp(t);
      return c.otp(await mfaToken(t), otherThan(show()));
    },
  ),
  row(
    '4',
    'a wrong code of a message',
    [403, 'invalid_grant', 'Invalid binding_code.'],
    async (t, c) => {
      const { token, oobCode, code } = await challenged(t, c);
      return c.oob(token, oobCode, otherThan(code));
    },
  ),
  row(
    '5',
    'a wrong recovery code',
    [403, 'invalid_grant', 'MFA Authorization rejected.'],
    async (t, c) => {
      await enrollPhone(t);
      return c.recovery(await mfaToken(t), 'ABCDEFGHJKLMNPQRSTUVWXYZ');
    },
  ),
  row(
    '6',
    'an oob_code that is none',
    [403, 'invalid_grant', 'Malformed oob_code'],
    async (t, c) => {
      const { token, oobCode, code } = await challenged(t, c);
      return c.oob(token, `${oobCode.slice(0, -2)}AA`, code);
    },
  ),
  row(
    '7',
    'no binding_code',
    [400, 'invalid_request', 'Missing required parameter: binding_code'],
    async (t, c) => {
      const { token, oobCode } = await challenged(t, c);
      return c.oob(token, oobCode, '');
    },
  ),
  row(
    '8',
    'an oob_code of another login',
    [400, 'invalid_request', "The oob_code doesn't match the mfa_token"],
    async (t, c) => {
      const { oobCode, code } = await challenged(t, c);
      return c.oob(await mfaToken(t), oobCode, code);
    },
  ),
  row(
    '9',
    'a code that is older than five minutes',
    [401, 'expired_token', 'oob_code is expired'],
    async (t, c) => {
      const { token, oobCode, code } = await challenged(t, c);
      t.clock.advance(301);
      return c.oob(token, oobCode, code);
    },
  ),
  row(
    '10, token',
    'an mfa_token that is older than ten minutes',
    [401, 'expired_token', 'mfa_token is expired'],
    async (t, c) => {
      const { show } = await enrollOtp(t);
      const token = await mfaToken(t);
      t.clock.advance(601);
      return c.otp(token, show());
    },
  ),
  row(
    '10, challenge',
    'an mfa_token that is older than ten minutes',
    [401, 'expired_token', 'mfa_token is expired'],
    async (t, c) => {
      const token = await mfaToken(t);
      t.clock.advance(601);
      return c.challenge({ mfa_token: token });
    },
  ),
  row(
    '11, token',
    'an mfa_token that is none',
    [403, 'invalid_grant', 'Malformed mfa_token'],
    async (_t, c) => c.otp('Fe26.2*1*nonsense', '123456'),
  ),
  row(
    '11, challenge',
    'a forged mfa_token',
    [403, 'invalid_grant', 'Malformed mfa_token'],
    async (t, c) => c.challenge({ mfa_token: `${(await mfaToken(t)).slice(0, -2)}AA` }),
  ),
  row(
    '12',
    'an mfa_token of another client',
    [400, 'invalid_request', 'mfa_token not issued to this client'],
    async (t) => client(t.app, 'other').otp(await mfaToken(t), '123456'),
  ),
];
