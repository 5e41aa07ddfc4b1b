import { enrollPhone, OTP, SMS } from '../../support/app.js';
import { mfaToken } from '../steps.js';
import { type Row, row } from './row.js';

const NOT_ENROLLED =
  'User is not enrolled. You can use /mfa/associate endpoint to enroll the first authenticator.';
const INVALID_BEARER = 'The mfa_token provided is invalid. Try getting a new token.';

/** Bearers, enrollments and challenges. */
export const rows13to20: Row[] = [
  row(
    '13, associate',
    'a bearer token that is none',
    [401, 'invalid_grant', INVALID_BEARER],
    async (_t, c) => c.associate('nonsense', OTP),
  ),
  row(
    '13, list',
    'an expired bearer token',
    [401, 'invalid_grant', INVALID_BEARER],
    async (t, c) => {
      const token = await mfaToken(t);
      t.clock.advance(601);
      return c.list(token);
    },
  ),
  row(
    '13, delete',
    'no bearer token at all',
    [401, 'invalid_grant', INVALID_BEARER],
    async (_t, c) => c.http.delete('/mfa/authenticators/sms%7Cdev_x'),
  ),
  row(
    '14',
    'a second authenticator by password alone',
    [403, 'access_denied', 'User is already enrolled.'],
    async (t, c) => {
      await enrollPhone(t);
      return c.associate(await mfaToken(t), OTP);
    },
  ),
  row(
    '15',
    'a bad phone number',
    [400, 'invalid_phone_number', 'The phone number is invalid.'],
    async (t, c) => c.associate(await mfaToken(t), { ...SMS, phone_number: '555-0123' }),
  ),
  row(
    '16',
    'a bad e-mail address',
    [400, 'invalid_email', 'The email address is invalid.'],
    async (t, c) => {
      const body = { authenticator_types: ['oob'], oob_channels: ['email'], email: 'ann@' };
      return c.associate(await mfaToken(t), body);
    },
  ),
  row(
    '17, challenge',
    'a user who has nothing',
    [401, 'unsupported_challenge_type', NOT_ENROLLED],
    async (t, c) => c.challenge({ mfa_token: await mfaToken(t) }),
  ),
  row(
    '17, mfa-otp',
    'a user who has nothing',
    [401, 'unsupported_challenge_type', NOT_ENROLLED],
    async (t, c) => c.otp(await mfaToken(t), '123456'),
  ),
  row(
    '18',
    'no common challenge type',
    [
      401,
      'unsupported_challenge_type',
      'The user does not support the requested challenge type (otp). Supported type: oob.',
    ],
    async (t, c) => {
      await enrollPhone(t);
      return c.challenge({ mfa_token: await mfaToken(t), challenge_type: 'otp' });
    },
  ),
  row(
    '18, unknown type',
    'a challenge type that nobody knows',
    [
      401,
      'unsupported_challenge_type',
      'The user does not support the requested challenge type (pigeon). Supported type: oob.',
    ],
    async (t, c) => {
      await enrollPhone(t);
      return c.challenge({ mfa_token: await mfaToken(t), challenge_type: 'pigeon' });
    },
  ),
  row(
    '18, mfa-otp',
    'a user who has only a phone',
    [
      401,
      'unsupported_challenge_type',
      'The user does not support the requested challenge type (otp). Supported type: oob.',
    ],
    async (t, c) => {
      await enrollPhone(t);
      return c.otp(await mfaToken(t), '123456');
    },
  ),
  row(
    '19',
    'an unknown authenticator',
    [404, 'invalid_authenticator', 'Authenticator not found'],
    async (t, c) => {
      await enrollPhone(t);
      const id = 'sms|dev_0000000000000000';
      return c.challenge({ mfa_token: await mfaToken(t), authenticator_id: id });
    },
  ),
  row(
    '20',
    'a user who has no recovery code',
    [403, 'unsupported_challenge_type', 'User does not have a recovery-code.'],
    async (t, c) => c.recovery(await mfaToken(t), 'ABCDEFGHJKLMNPQRSTUVWXYZ'),
  ),
];
