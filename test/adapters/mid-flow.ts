// Users in the middle of everything, and all that was secret on the way there.
import type { Stores } from 'express-mfa';
import { Secret } from 'otpauth';
import { expect } from 'vitest';
import { systemRandom } from '../../lib/ports/index.js';
import { client, OTP, SMS, testApp, testKeys } from '../support/app.js';
import { enrollOtp, manyUsers, mfaAccessToken, mfaToken } from '../support/attack.js';

export const PHONE = '+15555550123';
const EMAIL = 'cat.canary@mailbox.example.net';
/** No other number in the dump holds these digits. */
const CODES = ['830274', '619350', '507193', '482615', '937061'];

export const text = (it: string) => [Buffer.from(it)];
const handle = (it: string) => {
  const bytes = Buffer.from(it.slice(it.indexOf('_') + 1), 'base64url');
  return [Buffer.from(it), bytes, bytes.subarray(0, 32)];
};
const token = (it: string) => [...text(it), ...text(it.split('.')[2] as string)];

/** Enrolled, enrolling, challenged, and with tokens in hand: everything that was secret on the way. */
export async function midFlow(sharedStores: Stores) {
  const system = systemRandom();
  const codes = [...CODES];
  const app = await testApp({
    sharedStores,
    seedUsers: manyUsers(4),
    random: {
      bytes: system.bytes,
      integer: (limit) => (limit === 1e6 ? Number(codes.shift()) : system.integer(limit)),
    },
  });
  const c = client(app.app);
  const user = (at: number) => ({ username: `user${at}@example.com` });

  const ann = await enrollOtp(app, user(1));
  const access = await mfaAccessToken(app, { login: user(1), secret: ann.secret });
  const second = (await c.associate(access, { ...SMS, phone_number: '+15555550177' }).expect(200))
    .body;

  const bobs = await mfaToken(app, user(2));
  const bob = (await c.associate(bobs, { ...SMS, phone_number: PHONE }).expect(200)).body;

  const cats = await mfaToken(app, user(3));
  const email = { authenticator_types: ['oob'], oob_channels: ['email'], email: EMAIL };
  const cat = (await c.associate(cats, email).expect(200)).body;
  await c.oob(cats, cat.oob_code, app.code()).expect(200);
  const catsNext = await mfaToken(app, user(3));
  const asked = (await c.challenge({ mfa_token: catsNext, challenge_type: 'oob' }).expect(200))
    .body;
  await c.oob(catsNext, asked.oob_code, '000000').expect(403);

  const dans = await mfaToken(app, user(4));
  const dan = (await c.associate(dans, OTP).expect(200)).body;
  expect(CODES.length - codes.length).toBe(4);

  const keys = await testKeys();
  const secret = (it: string) => [...text(it), Buffer.from(Secret.fromBase32(it).buffer)];
  return {
    ...Object.fromEntries(CODES.slice(0, 4).map((code) => [`code ${code}`, text(code)])),
    'mfa_token of one who enrolls': handle(bobs),
    'mfa_token of one who is challenged': handle(catsNext),
    'mfa_token that is used up': handle(cats),
    'oob_code of an enrollment': handle(bob.oob_code),
    'oob_code of a second phone': handle(second.oob_code),
    'oob_code of a challenge': handle(asked.oob_code),
    'access token': token(ann.tokens.access_token),
    'access token for the MFA API': token(access),
    'TOTP secret': secret(ann.secret),
    'TOTP secret that waits': secret(dan.secret),
    'recovery code': text(ann.recoveryCode),
    'recovery code that waits': text(bob.recovery_codes[0]),
    'phone number': [...text(PHONE), ...text(PHONE.slice(1)), ...text(PHONE.slice(2))],
    'second phone number': [...text('15555550177'), ...text('5555550177')],
    'e-mail address': [...text(EMAIL), ...text('cat.canary'), ...text('mailbox.example')],
    password: text('correct horse'),
    pepper: [
      ...text(keys.pepper.current.secret),
      Buffer.from(keys.pepper.current.secret, 'base64url'),
    ],
    'encryption key': [
      ...text(keys.encryption.current.secret),
      Buffer.from(keys.encryption.current.secret, 'base64url'),
    ],
  };
}
