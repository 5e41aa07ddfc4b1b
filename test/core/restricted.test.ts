// who lets users have nothing but codes by telephone or e-mail hears of it (NIST SP 800-63B-4 section 3.1.3.3).
import {
  type AuthenticatorType,
  createMfa,
  email,
  type MfaEvent,
  oob,
  otp,
  recoveryCode,
  sms,
} from 'express-mfa';
import { expect, test } from 'vitest';
import { refuses, validOptions } from './configuration.js';

const valid = await validOptions();
const send = async () => {};
const phone = () => oob({ channels: [sms({ send, countries: ['US'] })] });
const app = () => otp({ issuer: 'Example' });

const rows: readonly (readonly [string, readonly AuthenticatorType[], boolean])[] = [
  ['text messages', [phone()], true],
  ['e-mail and a recovery code', [oob({ channels: [email({ send })] }), recoveryCode()], true],
  ['text messages and an authenticator app', [phone(), app()], false],
  ['an authenticator app', [app()], false],
];

test.each(rows)(
  'R-061: %s: reported when restricted, and refused where the host wants more',
  (_, authenticators, restricted) => {
    const events: MfaEvent[] = [];
    const options = { ...valid, authenticators, notices: send };
    createMfa({ ...options, onEvent: (event) => events.push(event) });
    const reasons = events.map(({ event, reason }) => `${event} ${reason}`);
    expect(reasons).toEqual(restricted ? ['config.unsafe restricted'] : []);
    const strict = () => createMfa({ ...options, requireUnrestricted: true });
    if (restricted) refuses(strict, ['ERR_MFA_AUTHENTICATORS', 'authenticators', /otp\(\)/]);
    else expect(strict).not.toThrow();
  },
);

test('R-061: nobody to send notices with is reported', () => {
  const events: MfaEvent[] = [];
  createMfa({ ...valid, onEvent: (event) => events.push(event) });
  expect(events).toMatchObject([{ event: 'config.unsafe', reason: 'no_notices', outcome: 'fail' }]);
});
